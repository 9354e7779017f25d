import { register } from 'node:module';

import type { Sabotage } from './sabotage-hooks.js';
import { sabotagedFile, SABOTEURS } from './saboteurs.js';

// Imported by a node before its program, with the name of a saboteur in the address.
const name = new URL(import.meta.url).searchParams.get('name');
const saboteur = SABOTEURS.find((one) => one.name === name);
if (saboteur === undefined) throw new Error(`there is no saboteur that ${name}`);
const data: Sabotage = { url: sabotagedFile(saboteur).href, saboteur };
register('./sabotage-hooks.js', import.meta.url, { data });
