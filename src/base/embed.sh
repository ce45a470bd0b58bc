#!/bin/sh
# SPDX-License-Identifier: MIT
# Writes the C file that holds the named files as assets (include/base/asset.h).
export LC_ALL=C
echo '#include "base/asset.h"'
echo 'extern const struct asset asset_rows[];'
n=0
for f in "$@"; do
	printf '__asm__(".section .rodata\\nasset_%d:\\n.incbin \\"%s\\"\\n.byte 0\\n.previous\\n");\n' "$n" "$f"
	printf 'extern const char asset_%d[];\n' "$n"
	n=$((n + 1))
done
echo 'const struct asset asset_rows[] = {'
n=0
for f in "$@"; do
	printf '\t{"%s", asset_%d, %d},\n' "$f" "$n" "$(wc -c < "$f")"
	n=$((n + 1))
done
echo '	{0},'
echo '};'
