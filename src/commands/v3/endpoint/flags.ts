import { boolFlag, type FlagValues } from '../../../cli/flags.js';

/** Accepted by every `endpoint` command. */
export const endpointFlags = {
  cluster: boolFlag(false, 'all endpoints that the members of the cluster advertise'),
};
export type EndpointFlags = typeof endpointFlags;
export type EndpointFlagValues = FlagValues<EndpointFlags>;
