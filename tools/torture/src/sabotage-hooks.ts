import type { InitializeHook, LoadHook } from 'node:module';

import { sabotaged, type Saboteur } from './saboteurs.js';

export interface Sabotage {
  /** Of the module that is changed. */
  readonly url: string;
  readonly saboteur: Saboteur;
}

let sabotage: Sabotage | undefined;

/** Called by node, in the thread that loads modules: there no address can be found by a package's name. */
export const initialize: InitializeHook<Sabotage> = (data) => {
  sabotage = data;
};

/** Called by node for each module. */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  if (sabotage?.url !== url) return loaded;
  return { ...loaded, source: sabotaged(textOf(loaded.source), sabotage.saboteur) };
};

function textOf(source: string | ArrayBuffer | NodeJS.TypedArray | undefined): string {
  return typeof source === 'string' ? source : new TextDecoder().decode(source);
}
