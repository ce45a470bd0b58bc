/* SPDX-License-Identifier: MIT */
#pragma once

#define GIGAPROV_VERSION "0.1.0"
