#!/bin/bash
# Starts mongod as the one member of a replica set. Its members know each other by a key file, which mongod wants to be
# readable by itself alone.
set -euo pipefail
umask 077
printf '%s' "$MONGO_REPLICA_KEY" >/tmp/replica.key
unset MONGO_REPLICA_KEY
exec docker-entrypoint.sh mongod --replSet rs0 --keyFile /tmp/replica.key --bind_ip_all
