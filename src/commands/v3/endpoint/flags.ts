import { boolFlag, type FlagValues } from '../../../cli/flags.js';

/** Accepted by every `endpoint` command. */
export const endpointFlags = {
  cluster: boolFlag(false, 'use the client URLs of all members instead of --endpoints'),
};
export type EndpointFlags = typeof endpointFlags;
export type EndpointFlagValues = FlagValues<EndpointFlags>;
