#!/bin/sh
# Ends the children of a process that died, even by SIGKILL: the parent holds the other end of our stdin and writes
# "<pid> <start time>" for each child; end of file means that the parent is gone. A shell, as it starts at once and
# costs a megabyte. Must agree with identity.ts on what a start time is.
set -f
LC_ALL=C TZ=UTC
export LC_ALL TZ

children=''
while read -r child; do
  children="$children$child
"
done

is_running() { # pid, start time
  if [ -r /proc/self/stat ]; then
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    ticks=${2%@*}
    set -- ${stat##*) }
    [ "$1" != Z ] && [ "${20}" = "$ticks" ]
  else
    started=$2
    set -- $(ps -o stat=,lstart= -p "$1")
    case ${1:-Z} in Z*) return 1 ;; esac
    shift
    [ "$*" = "$started" ]
  fi
}

# Signals the process group of each child that still runs; fails if none does.
signal_all() {
  none=1
  while read -r pid started; do
    if [ -n "$pid" ] && is_running "$pid" "$started"; then
      none=0
      kill -s "$1" -- "-$pid" 2>/dev/null
    fi
  done <<END
$children
END
  return $none
}

signal_all TERM || exit 0
tenths=0
while [ $tenths -lt 50 ]; do
  sleep 0.1
  signal_all 0 || exit 0
  tenths=$((tenths + 1))
done
signal_all KILL
