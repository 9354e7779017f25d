import type { JsonObject } from '@test-coordinator/domain';

import { chaosMeshReport } from './chaos-mesh-report.js';
import { textOf } from '../source/json-access.js';
import { chaosEngineReport } from './litmus-engine.js';
import { chaosResultReport } from './litmus-result.js';
import type { ParsedReport } from '../mapping/parsed-report.js';
import type { ReadContext } from '../mapping/read-context.js';

/** The report of a Kubernetes resource of Litmus or Chaos Mesh, or `undefined` for every other. */
export function kubernetesReport(document: JsonObject, context: ReadContext): ParsedReport | undefined {
  const group = (textOf(document['apiVersion']) ?? '').split('/')[0];
  const kind = textOf(document['kind']);
  if (group === 'chaos-mesh.org') return chaosMeshReport(document, context.warnings);
  if (group !== 'litmuschaos.io') return undefined;
  if (kind === 'ChaosEngine') return chaosEngineReport(document, context.warnings);
  return kind === 'ChaosResult' ? chaosResultReport(document, context) : undefined;
}
