/** Names of enum values in etcd's messages, as Go prints them; a number without a name stays a number. */
const EVENT_TYPES = ['PUT', 'DELETE'];
const ALARM_TYPES = ['NONE', 'NOSPACE', 'CORRUPT'];
const PERMISSION_TYPES = ['READ', 'WRITE', 'READWRITE'];

export function eventTypeName(type: number): string {
  return EVENT_TYPES[type] ?? String(type);
}

export function alarmTypeName(type: number): string {
  return ALARM_TYPES[type] ?? String(type);
}

export function permissionTypeName(type: number): string {
  return PERMISSION_TYPES[type] ?? String(type);
}
