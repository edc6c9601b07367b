# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the page looks: dark and light, on paper, on a phone. No colour says what a word does not say."""

from __future__ import annotations

CSS = """
:root{color-scheme:light dark;
--b:#fff;--f:#1b1f24;--m:#57606a;--l:#d0d7de;--r:#a40e26;--a:#7d4e00;--g:#1a6b2f;--k:#0550ae}
@media(prefers-color-scheme:dark){
:root{--b:#0d1117;--f:#e6edf3;--m:#9aa4af;--l:#30363d;--r:#ff9b90;--a:#f0c052;--g:#7ee2a0;--k:#79c0ff}}
*{box-sizing:border-box}
body{overflow-wrap:anywhere}
body{margin:0;padding:1rem;background:var(--b);color:var(--f);font:15px/1.45 system-ui,"Noto Sans CJK SC",sans-serif}
h1{font-size:1.35rem;margin:0}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}p{margin:.3rem 0}
a{color:var(--k)}:focus-visible{outline:3px solid var(--k);outline-offset:1px}
.m,footer,.y{color:var(--m)}.y{display:flex;justify-content:space-between;margin:0}
.c{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:.5rem 0;padding:0}
.n{border-left:4px solid var(--a);padding-left:.75rem}
.l{margin:0;padding-left:1.2rem}.l b{color:var(--r)}
svg.t{display:block;width:100%;height:60px}svg.t line{stroke:var(--l)}
svg.t rect{fill:var(--k)}svg.t .soon{fill:var(--r)}
table{border-collapse:collapse;width:100%}caption{text-align:left;color:var(--m);padding:.25rem 0}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--l);font-weight:400}
thead th{font-weight:600;white-space:nowrap}
.w{width:auto}
#t{table-layout:fixed}#t td,#t summary{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
#t th:first-child{width:15%}#t th:nth-child(2){width:7rem}#t th:nth-child(3){width:20%}
#t th:nth-child(4){width:9.5rem}#t th:nth-child(5){width:6.5rem}
summary{cursor:pointer}tbody summary{font-weight:600}
dl{display:grid;grid-template-columns:minmax(7rem,auto) 1fr;gap:.15rem 1rem;margin:.5rem 0 1rem;padding:.5rem;
width:calc(100vw - 3rem);border-left:3px solid var(--l)}
dt{grid-column:1;color:var(--m)}dd{grid-column:2;margin:0;overflow-wrap:anywhere;white-space:normal}
tr td:nth-child(2)::before{content:"\\25CF\\A0" / ""}
.expired td:nth-child(2),.broken td:nth-child(2),.failing td:nth-child(2){color:var(--r);font-weight:600}
.expired td:nth-child(2)::before,.broken td:nth-child(2)::before,.failing td:nth-child(2)::before
{content:"\\2716\\A0" / ""}
.due td:nth-child(2),.pending td:nth-child(2),.unfinished td:nth-child(2){color:var(--a)}
.locked td:nth-child(2){color:var(--k)}.ok td:nth-child(2){color:var(--g)}
.w td:nth-child(2)::before{content:none}
form{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:end;margin:.5rem 0}
form label{display:grid;color:var(--m);font-size:.9em}
input,select,button{font:inherit;color:inherit;background:var(--b);border:1px solid var(--m);border-radius:4px;
padding:.25rem .5rem}
select{max-width:14rem}
thead button{border:0;padding:0;font-weight:600;cursor:pointer}
[aria-sort=ascending] button::after{content:" \\25B2" / ""}[aria-sort=descending] button::after{content:" \\25BC" / ""}
[hidden],.j #t tbody tr:not(.s){display:none!important}
@media(max-width:60rem){#t th:nth-child(n+6),#t td:nth-child(n+6){display:none}}
@media(max-width:40rem){body{padding:.5rem}#t th:nth-child(3),#t td:nth-child(3),#t th:nth-child(5),
#t td:nth-child(5){display:none}#t th:first-child{width:40%}#t th:nth-child(2){width:6.5rem}
dl{grid-template-columns:1fr;width:calc(100vw - 1.5rem)}dt,dd{grid-column:1}}
@media print{:root{--b:#fff;--f:#000;--m:#333;--l:#999;--r:#000;--a:#000;--g:#000;--k:#000}form,.x{display:none}
body{padding:0;font-size:9pt}dl{width:auto}thead{display:table-header-group}tr{break-inside:avoid}
#t{table-layout:auto}#t td{white-space:normal}details::details-content{content-visibility:visible;display:block}}
"""
