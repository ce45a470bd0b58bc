#!/bin/sh
# SPDX-License-Identifier: MIT
# A demo fleet and its daemon on loopback, in the foreground, with commands to
# paste.  Everything is below build/demo, which the next run finds again; remove
# it to begin anew.  From the top of the tree:
#
#   etc/demo.sh [build/release]
set -eu

programs=${1:-build/release}
demo=build/demo
user=anna
made=$demo/fleet-is-made

say() {
	printf '%s\n' "$*"
}

# A half-made fleet, from a run that was interrupted, is no use to anybody.
[ -e $made ] || rm -rf $demo
umask 077
mkdir -p $demo/state

# A socket's name may have 107 bytes at most, counted from the root.
socket=$demo/control.sock
if [ ${#PWD} -gt 80 ]; then
	socket=${TMPDIR:-/tmp}/gigaprovd-demo-$(id -u)-$(pwd | cksum | cut -d ' ' -f 1).sock
fi

ctl() {
	"$programs/gigaprovctl" --socket "$socket" "$@"
}

if ctl status >/dev/null 2>&1; then
	say "The demo is running already; stop it with Ctrl-C where it was started." >&2
	exit 1
fi

# The first pair of free ports: 8080 and 8081 where nobody has them.
ports=$(python3 -c '
import socket
def is_free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
print(next(f"{port} {port + 1}" for port in range(8080, 65000, 10)
           if is_free(port) and is_free(port + 1)))')
phones_port=${ports% *}
admin_port=${ports#* }
phones=http://127.0.0.1:$phones_port
admin=http://127.0.0.1:$admin_port
[ "$phones_port" = 8080 ] ||
	say "Ports 8080 and 8081 are not both free: taking $phones_port and $admin_port."

cat >$demo/gigaprovd.ini <<END
# Made by etc/demo.sh, anew at every start.
[daemon]
database = sqlite:fleet.db
control_socket = $(case $socket in /*) say "$socket" ;; *) say "$PWD/$socket" ;; esac)
state_dir = state
secret_key_file = state/secret.key

[listener phones]
port = $phones_port
serves = phones

[listener admin]
port = $admin_port
serves = rpc api metrics
END

# Kept, so that commands pasted yesterday work today.
kept() {
	[ -e "$demo/$1" ] || od -An -N9 -tx1 /dev/urandom | tr -d ' \n' >"$demo/$1"
	cat "$demo/$1"
}
password=$(kept password)
secret=$(kept secret)

"$programs/gigaprovd" -c $demo/gigaprovd.ini &
daemon=$!

stop() {
	trap '' INT TERM HUP
	kill -TERM $daemon 2>/dev/null || :
	status=0
	wait $daemon || status=$?
	[ $status = 0 ] || say "gigaprovd ended with status $status" >&2
	exit $status
}
trap stop INT TERM HUP
# Whatever goes wrong here, no daemon stays behind.
trap 'kill -TERM $daemon 2>/dev/null || :' EXIT

until ctl status >/dev/null 2>&1; do
	if ! kill -0 $daemon 2>/dev/null; then
		say "gigaprovd did not start; its words are above." >&2
		exit 1
	fi
	sleep 0.1
done

device() {
	say "$secret" | ctl device add "$1" --product "$2" --group demo --name "$3" --secret-stdin
}

handset() {
	kept "sip-$4" | ctl handset add "$1" "$2" --name "$3" --user "$4" --sip demo-pbx --password-stdin
}

make_fleet() {
	ctl provider add Daryna
	ctl provider add Nordwind
	say "$password" | ctl account add $user --role integrator --provider Daryna \
		--provider Nordwind --password-stdin
	ctl group add demo
	ctl sip add demo-pbx --domain pbx.example.net --proxy pbx.example.net:5061 \
		--registrar pbx.example.net:5061 --transport tls

	ctl setting set fleet DmGlobal.0.TimeZone Europe/Berlin
	ctl setting set fleet Telephony.0.ToneScheme Germany
	ctl setting set product:n870 SystemSettings.global.CheckSyncRebootEnabled 1
	ctl setting set group:demo DmGlobal.0.TimeZone Europe/Vienna
	kept web-password | ctl setting set fleet WebUIAccounts.1.Password --secret-stdin

	device 7C2F80D00005 n870 "Main building"
	device 7C2F80D00006 n870 "East wing"
	device 589EC6A1B2C3 n670 "Gatehouse"

	handset 7C2F80D00005 029e74a501 "Nurses 1" 1001
	handset 7C2F80D00005 029e74a502 "Nurses 2" 1002
	handset 7C2F80D00005 029e74a503 "Nurses 3" 1003
	handset 7C2F80D00005 029e74a504 "Doctor on duty" 1004
	handset 7C2F80D00005 029e74a505 "Pharmacy" 1005
	handset 7C2F80D00006 02b6ec8a01 "East 1" 1101
	handset 7C2F80D00006 02b6ec8a02 "East 2" 1102
	handset 7C2F80D00006 02b6ec8a03 "Laboratory" 1103
	handset 7C2F80D00006 02b6ec8a04 "Radiology" 1104
	handset 589EC6A1B2C3 02c0ffee01 "Gate" 1201
	handset 589EC6A1B2C3 02c0ffee02 "Porter" 1202
	handset 589EC6A1B2C3 02c0ffee03 "Ambulance bay" 1203
	ctl setting set handset:029e74a504 hs.IntKeyDir 20
}

[ -e $made ] || make_fleet >/dev/null
: >$made

url="$phones/xml/%MACD.xml"
rpc="$admin/apxml/rpc.do"
call="<methodCall><methodName>autoprov.registerDevice</methodName><params>\
<param><value><string>7C2F80000001-55DF</string></value></param>\
<param><value><string>$url</string></value></param>\
<param><value><string>Daryna</string></value></param></params></methodCall>"
proxy="http://$user:$password@127.0.0.1:$admin_port/apxml/rpc.do"

cat <<END

The demo fleet is served: documents for phones at $phones,
XML-RPC, JSON and metrics at $admin.  Commands to paste, from the top of the tree:

Register a device over XML-RPC, three ways
    curl -sS -u $user:$password -H 'Content-Type: text/xml' -d '$call' $rpc
    python3 -c 'import xmlrpc.client as x; print(x.ServerProxy("$proxy").autoprov.registerDevice("7C2F80000002-A1B2", "$url", "Daryna"))'
    $programs/ap-client $user $password $admin autoprov.registerDevice s:7C2F80000003-1910 s:$url s:Nordwind

What the redirection server knows of them; forget them again
    $programs/ap-client $user $password $admin autoprov.checkDevice s:7C2F80000001
    $programs/ap-client $user $password $admin autoprov.listDevices s:Daryna s:Nordwind
    $programs/ap-client $user $password $admin autoprov.deregisterDeviceList sl:7C2F80000001,7C2F80000002,7C2F80000003

Fetch a document as a phone does; look at it as an admin, and whence a value comes
    curl -sS --digest -u 7C2F80D00005:$secret $phones/xml/7C2F80D00005.xml
    $programs/gigaprovctl -s $socket preview 7C2F80D00005
    $programs/gigaprovctl -s $socket setting why 7C2F80D00005 DmGlobal.0.TimeZone

The fleet, the daemon, who changed what
    $programs/gigaprovctl -s $socket device list
    $programs/gigaprovctl -s $socket handset list 589EC6A1B2C3
    $programs/gigaprovctl -s $socket status
    $programs/gigaprovctl -s $socket audit list --limit 5
    curl -sS $admin/metrics

Ctrl-C stops it; the fleet stays in $demo.  The daemon's log follows.
END

trap - EXIT
status=0
wait $daemon || status=$?
say "gigaprovd ended with status $status" >&2
exit $status
