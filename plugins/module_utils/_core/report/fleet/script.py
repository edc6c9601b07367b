# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a browser adds to the page: search, filters, sorting, the other language. All that there is to read stands in
the page without it. It writes text into the page, never markup."""

from __future__ import annotations

JS = """
'use strict';
// From here on the style shows only the rows that are chosen below: a browser takes long to lay out thousands.
document.documentElement.className = 'j';
document.addEventListener('DOMContentLoaded', function () {
var d = document, PAGE = 100;
function id(name) { return d.getElementById(name); }
var table = id('t'), body = table && table.tBodies[0], form = id('f'), count = id('n'), all = id('more');
var words = JSON.parse(id('words').textContent), root = d.documentElement;
var swapped = false, originals = new WeakMap();
var items = body ? Array.prototype.map.call(body.rows, function (row, place) {
  var time = row.cells[3].querySelector('time');
  return {row: row, place: place, state: row.className, ca: row.cells[5].textContent.split(' \\u00b7 ')[0],
    end: time ? Date.parse(time.dateTime) : 0, text: null};
}) : [];
var head = table ? Array.prototype.slice.call(table.tHead.rows[0].cells) : [];
var limit = PAGE, matching = items, shown = [];
var sort = {column: -1, down: false};
function key(item, column) {
  var cell = item.row.cells[column], time = cell.querySelector(':scope > time');
  if (column === 0) { return cell.querySelector('summary').textContent; }
  return time ? time.dateTime : cell.textContent;
}
function text(item) {
  if (item.text === null) { item.text = item.row.textContent.toLowerCase(); }
  return item.text;
}
function index(from) {
  items.slice(from, from + 500).forEach(text);
  if (from + 500 < items.length) { setTimeout(index, 0, from + 500); }
}
function values() {
  var found = {};
  Array.prototype.forEach.call(form.elements, function (field) {
    if (field.name) { found[field.name] = field.value; }
  });
  return found;
}
function remember(wanted) {
  var parts = [];
  Object.keys(wanted).forEach(function (name) {
    if (wanted[name]) { parts.push(name + '=' + encodeURIComponent(wanted[name])); }
  });
  if (sort.column >= 0) { parts.push('sort=' + sort.column + (sort.down ? 'd' : 'a')); }
  var url = '#' + parts.join('&');
  try { history.replaceState(null, '', url); } catch (refused) { if (parts.length) { location.hash = url; } }
}
function show() {
  var start = d.createDocumentFragment(), visible = matching.slice(0, limit), chosen = new Set(visible);
  shown.forEach(function (item) { if (!chosen.has(item)) { item.row.classList.remove('s'); } });
  visible.forEach(function (item) {
    item.row.classList.add('s');
    start.appendChild(item.row);
  });
  body.insertBefore(start, body.firstChild);
  shown = visible;
  count.textContent = [visible.length, matching.length, items.length].filter(function (number, place, all) {
    return number !== all[place - 1];
  }).join(' / ');
  all.hidden = visible.length === matching.length;
}
function apply() {
  var wanted = values(), query = wanted.q.toLowerCase().split(/\\s+/).filter(Boolean);
  var end = wanted.days ? Date.now() + Number(wanted.days) * 864e5 : 0;
  matching = items.filter(function (item) {
    if (wanted.state && item.state !== wanted.state) { return false; }
    if (wanted.ca && item.ca !== wanted.ca) { return false; }
    if (end && !(item.end && item.end <= end)) { return false; }
    if (!query.length) { return true; }
    return query.every(function (part) { return text(item).indexOf(part) >= 0; });
  });
  if (sort.column >= 0) {
    matching = matching.map(function (item) { return [key(item, sort.column), item]; }).sort(function (a, b) {
      var order = a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1].place - b[1].place;
      return sort.down ? -order : order;
    }).map(function (pair) { return pair[1]; });
  }
  head.forEach(function (cell, place) {
    cell.setAttribute('aria-sort', place === sort.column ? (sort.down ? 'descending' : 'ascending') : 'none');
  });
  show();
  remember(wanted);
}
function restore() {
  var hash = location.hash.slice(1), target = null;
  try { target = hash.indexOf('p-') === 0 && id(decodeURIComponent(hash)); } catch (broken) { return false; }
  if (target) {
    target.classList.add('s');
    shown.push({row: target});
    target.querySelector('details').open = true;
    target.scrollIntoView();
    return true;
  }
  hash.split('&').forEach(function (part) {
    var at = part.indexOf('='), name = part.slice(0, at), value = '';
    try { value = decodeURIComponent(part.slice(at + 1)); } catch (broken) { return; }
    if (name === 'sort' && /^[0-7][ad]$/.test(value)) { sort = {column: +value[0], down: value[1] === 'd'}; }
    if (at > 0 && form.elements[name] && form.elements[name].name === name) { form.elements[name].value = value; }
  });
  return false;
}
function choices(field, found) {
  found.forEach(function (value) {
    var option = d.createElement('option');
    option.value = value;
    option.textContent = value;
    field.appendChild(option);
  });
}
function swap() {
  var table = {};
  Object.keys(words).forEach(function (english) {
    var chinese = words[english];
    table[root.lang === 'zh' ? chinese : english] = root.lang === 'zh' ? english : chinese;
  });
  var places = 'h2,th,dt,label,button,option,summary,#t td:nth-child(2),[data-w]';
  d.querySelectorAll(places).forEach(function (at) {
    for (var node = at.firstChild; node; node = node.nextSibling) {
      var text = node.nodeType === 3 ? node.data.trim() : '';
      if (originals.has(node)) {
        node.data = originals.get(node);
        originals.delete(node);
      } else if (!swapped && text && Object.prototype.hasOwnProperty.call(table, text)) {
        originals.set(node, node.data);
        node.data = node.data.replace(text, table[text]);
      }
    }
  });
  // Times left stand there in both languages.
  d.querySelectorAll('[data-z]').forEach(function (at) {
    var other = at.dataset.z;
    at.dataset.z = at.textContent;
    at.textContent = other;
  });
  swapped = !swapped;
  id('lang').textContent = (root.lang === 'zh') !== swapped ? 'English' : '\\u4e2d\\u6587';
}
// A spreadsheet takes what begins so for a formula.
function quoted(text) {
  text = text.replace(/\\s+/g, ' ').trim();
  return '"' + (/^[=+@-]/.test(text) ? "'" : '') + text.replace(/"/g, '""') + '"';
}
function csv() {
  var lines = [head.map(function (cell) { return quoted(cell.textContent); })].concat(matching.map(function (item) {
    return Array.prototype.map.call(item.row.cells, function (cell, place) {
      var time = cell.querySelector(':scope > time'), name = place === 0 && cell.querySelector('summary');
      return quoted(name ? name.textContent : time ? time.dateTime : cell.textContent);
    });
  }));
  return lines.map(function (line) { return line.join(','); }).join('\\r\\n') + '\\r\\n';
}
function download() {
  var link = d.createElement('a');
  link.href = URL.createObjectURL(new Blob([csv()], {type: 'text/csv'}));
  link.download = 'certificates.csv';
  link.click();
  setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
}
var button = id('lang');
button.hidden = false;
button.addEventListener('click', swap);
if (Date.now() > Date.parse(id('made').dateTime) + 2 * 36e5 * Number(root.dataset.hours)) {
  id('stale').hidden = false;
}
d.addEventListener('mouseover', function (event) {
  if (event.target.nodeName === 'TIME' && !event.target.title) {
    event.target.title = new Date(event.target.dateTime).toLocaleString();
  }
});
if (!body) { return; }
head.forEach(function (cell, place) {
  var press = d.createElement('button');
  press.type = 'button';
  press.textContent = cell.textContent;
  cell.textContent = '';
  cell.appendChild(press);
  press.addEventListener('click', function () {
    sort = {column: place, down: sort.column === place && !sort.down};
    apply();
  });
});
choices(form.elements.ca, Array.from(new Set(items.map(function (item) { return item.ca; }))).filter(Boolean).sort());
form.hidden = false;
form.addEventListener('submit', function (event) { event.preventDefault(); });
form.addEventListener('input', function () { limit = PAGE; apply(); });
id('clear').addEventListener('click', function () {
  form.reset();
  limit = PAGE;
  sort = {column: -1, down: false};
  apply();
});
id('csv').addEventListener('click', download);
all.addEventListener('click', function () { limit = Infinity; show(); });
window.addEventListener('beforeprint', function () { limit = Infinity; show(); });
window.addEventListener('hashchange', function () {
  if (location.hash.indexOf('#p-') === 0) { restore(); return; }
  if (location.hash.indexOf('=') < 0) { return; }
  form.reset();
  limit = PAGE;
  restore();
  apply();
});
if (restore()) { matching = items; show(); restore(); } else { apply(); }
setTimeout(index, 0, 0);
});
"""
