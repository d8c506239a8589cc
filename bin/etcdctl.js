#!/bin/sh
':' /* /bin/sh runs this up to exec. Node.js reads it as a comment. See src/launcher/inherited-state.ts

if [ -r /proc/self/status ]; then
  while read -r _ets_name _ets_mask; do [ "$_ets_name" = SigIgn: ] && break; done </proc/self/status
  case $_ets_mask in *[01]000) ;; *) export _ETCDCTL_TS_IGNORED="$_ets_mask" ;; esac
  case " $* " in *' lo'* | *' w'* | *' exec-'*)
    _ets_own='IFS|LINENO|OLDPWD|OPTIND|PPID|PS[124]|PWD|SHLVL|_'
    _ets_lost='[^=]*[^A-Za-z0-9_=][^=]*|[0-9][^=]*'
    _ets_variables=$({ LC_ALL=C grep -zaE "^($_ets_own|$_ets_lost)=" | base64; } </proc/self/environ)
    [ ${#_ets_variables} -lt 99999 ] && export _ETCDCTL_TS_VARIABLES="$_ets_variables"
  esac
fi 2>/dev/null
command -v node >/dev/null || { echo "$0: Node.js 20 or newer is needed, and there is no node in PATH" >&2; exit 127; }
exec node "$0" "$@"

*/
require('./launch.js').launch('etcdctl');
