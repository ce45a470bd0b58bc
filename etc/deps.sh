#!/bin/sh
# SPDX-License-Identifier: MIT
# Packages that the build and the tests need, on Debian 12 and its relatives.
#
#   etc/deps.sh build|demo|test|bench…            installs what is lacking
#   etc/deps.sh --missing build|demo|test|bench…  only says it; status 1 when something is
set -eu

build="build-essential pkg-config libmicrohttpd-dev libxml2-dev libxmlrpc-core-c3-dev
	libsqlite3-dev libcurl4-openssl-dev libsystemd-dev libtalloc-dev libinih-dev
	libjansson-dev libsodium-dev nettle-dev libgnutls28-dev libosip2-dev tzdata"
test="libcmocka-dev python3 python3-pytest python3-pytest-xdist curl sqlite3 libxml2-utils openssl
	git clang libclang-rt-14-dev clang-format-14 clang-tidy cppcheck valgrind nginx-light sip-tester"
demo="curl python3 tzdata"
bench="python3 openssl nginx-light wrk"

packages_of() {
	for set in "$@"; do
		case $set in
		build) echo "$build" ;;
		demo) echo "$demo" ;;
		test) echo "$test" ;;
		bench) echo "$bench" ;;
		*)
			echo "etc/deps.sh: $set is not build, demo, test or bench" >&2
			exit 2
			;;
		esac
	done
}

is_debian() {
	command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || return 1
	# shellcheck disable=SC1091
	id=$(. /etc/os-release && echo "$ID")
	[ "$id" = debian ] || [ "$id" = ubuntu ]
}

# One dpkg-query for all: it is asked at every `make check`.
missing_of() {
	there=$(dpkg-query -W -f='${Status} ${Package}\n' "$@" 2>/dev/null |
		sed -n 's/^install ok installed //p') || :
	for package in "$@"; do
		printf '%s\n' "$there" | grep -qxF "$package" || printf '%s ' "$package"
	done
}

# The package lists may be absent (a new container) or older than the mirror.
install() {
	# shellcheck disable=SC2086
	if ! apt-cache show "$@" >/dev/null 2>&1; then
		$root apt-get -q update
		$apt install -q -y --no-install-recommends "$@"
	elif ! $apt install -q -y --no-install-recommends "$@"; then
		$root apt-get -q update
		$apt install -q -y --no-install-recommends "$@"
	fi
}

# nginx is only compared with: its package must not begin to serve port 80.
without_services() {
	policy=/usr/sbin/policy-rc.d
	if [ ! -e $policy ]; then
		trap '$root rm -f $policy' EXIT
		trap 'exit 1' HUP INT TERM
		printf '#!/bin/sh\nexit 101\n' | $root tee $policy >/dev/null
		$root chmod 755 $policy
	fi
	install "$@"
	case " $* " in
	*" nginx-light "*) $root systemctl disable nginx >/dev/null 2>&1 || : ;;
	esac
}

only_say=
if [ "${1-}" = --missing ]; then
	only_say=1
	shift
fi
packages=$(packages_of "$@")
# shellcheck disable=SC2086
set -- $packages

if ! is_debian; then
	if [ "$only_say" ]; then
		echo "needed (by the names that Debian 12 has for them): $*"
		exit 1
	fi
	echo "etc/deps.sh knows only Debian and Ubuntu; please install what these packages hold:" >&2
	printf '    %s\n' "$@" >&2
	exit 1
fi

missing=$(missing_of "$@")
[ "$missing" ] || exit 0
if [ "$only_say" ]; then
	echo "missing packages: $missing"
	exit 1
fi

root=
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "missing packages: $missing" >&2
		echo "you are not root and there is no sudo; please have them installed:" >&2
		echo "    apt-get install $missing" >&2
		exit 1
	fi
	root=sudo
fi
apt="$root env DEBIAN_FRONTEND=noninteractive apt-get"

echo "installing: $missing"
# shellcheck disable=SC2086
without_services $missing
