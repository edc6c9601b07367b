# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS as the services document it: moto's server behind a layer that refuses what AWS refuses."""
