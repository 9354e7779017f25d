import type { AdapterCapabilities } from './adapter-harness.js';
import type { ContractGroup } from './contract-group.js';
import { aliasingGroup } from './records/aliasing.js';
import { identityGroup } from './records/identity.js';
import { recordKinds } from './records/record-kinds.js';
import { roundTripGroup } from './records/round-trip.js';

/** The groups that an adapter with this manifest is held to. */
export function contractGroups({ ports }: AdapterCapabilities): readonly ContractGroup[] {
  return recordKinds
    .filter(({ subject }) => ports.includes(subject))
    .flatMap((kind) => [roundTripGroup(kind), aliasingGroup(kind), identityGroup(kind)]);
}
