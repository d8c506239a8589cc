import { bytesFromText } from '../../src/go/bytes.js';
import { BARE_HEADER, type Fixtures, HEADER, LEASE_ID } from './fixture-parts.js';

const KEYS = ['foo', 'with space', '"quoted" <é>\n', '\udcff\x00', ''].map((key) => bytesFromText(key));

export const LEASE_FIXTURES: Fixtures = {
  'lease-grant': { kind: 'lease-grant', response: { header: HEADER, id: LEASE_ID, ttl: 60n, error: '' } },
  'lease-grant-odd': {
    kind: 'lease-grant',
    response: { header: undefined, id: -255n, ttl: 0n, error: 'why <not>' },
  },
  'lease-revoke': { kind: 'lease-revoke', id: 255n, response: { header: HEADER } },
  'lease-keep-alive': { kind: 'lease-keep-alive', response: { header: HEADER, id: LEASE_ID, ttl: 60n } },
  'lease-time-to-live': {
    kind: 'lease-time-to-live',
    withKeys: false,
    response: { header: HEADER, id: LEASE_ID, ttl: 55n, grantedTtl: 60n, keys: [] },
  },
  'lease-time-to-live-keys': {
    kind: 'lease-time-to-live',
    withKeys: true,
    response: { header: HEADER, id: LEASE_ID, ttl: 55n, grantedTtl: 60n, keys: KEYS },
  },
  'lease-time-to-live-no-keys': {
    kind: 'lease-time-to-live',
    withKeys: true,
    response: { header: HEADER, id: 1n, ttl: 0n, grantedTtl: 60n, keys: [] },
  },
  'lease-time-to-live-expired': {
    kind: 'lease-time-to-live',
    withKeys: true,
    response: { header: HEADER, id: LEASE_ID, ttl: -1n, grantedTtl: 0n, keys: [] },
  },
  'lease-list': {
    kind: 'lease-list',
    response: { header: HEADER, leases: [{ id: LEASE_ID }, { id: 1n }, { id: -9223372036854775808n }] },
  },
  'lease-list-empty': { kind: 'lease-list', response: { header: BARE_HEADER, leases: [] } },
};
