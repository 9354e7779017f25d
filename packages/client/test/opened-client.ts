import {
  createCoordinatorClient,
  type ClientDependencies,
  type CoordinatorClient,
} from '@test-coordinator/client';
import { DataAdapterError } from '@test-coordinator/ports';

import type { ScriptedCoordinator } from './scripted-coordinator.js';

export async function openClient(
  coordinator: Pick<ScriptedCoordinator, 'url'>,
  settings: Partial<ClientDependencies['settings']> = {},
  dependencies: Partial<ClientDependencies> = {},
): Promise<CoordinatorClient> {
  const client = createCoordinatorClient({
    settings: { baseUrl: coordinator.url, ...settings },
    ...dependencies,
  });
  await client.start();
  return client;
}

/** The error of a call that must be refused. */
export async function errorOf(call: Promise<unknown>): Promise<DataAdapterError> {
  const [settled] = await Promise.allSettled([call]);
  if (settled.status === 'fulfilled') throw new Error('it was answered');
  if (!DataAdapterError.is(settled.reason)) throw settled.reason;
  return settled.reason;
}
