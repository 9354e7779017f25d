/** Chaos Toolkit documents for tests; each part can be replaced. */

export type Part = Readonly<Record<string, unknown>>;

/** A time of the journal's day, in the naive form that the Chaos Toolkit writes. */
export const at = (second: number): string =>
  `2026-02-01T10:00:${String(Math.floor(second)).padStart(2, '0')}.${String(Math.round((second % 1) * 1e6)).padStart(6, '0')}`;

export const probe = (name: string, parts: Part = {}): Part => ({
  type: 'probe',
  name,
  tolerance: true,
  provider: {
    type: 'python',
    module: 'chaosk8s.pod.probes',
    func: 'pods_in_phase',
    arguments: { label_selector: 'app=engine' },
  },
  ...parts,
});

export const action = (
  func: string,
  args: Part = { label_selector: 'app=engine' },
  module = 'chaosk8s.pod.actions',
): Part => ({
  type: 'action',
  name: func,
  provider: { type: 'python', module, func, arguments: args },
});

/** An executed activity, from `start` to `end` in seconds. */
export const ran = (activity: Part, start: number, end: number, parts: Part = {}): Part => ({
  activity,
  output: true,
  status: 'succeeded',
  start: at(start),
  end: at(end),
  duration: end - start,
  ...parts,
});

export const held = (name: string, start: number): Part =>
  ran(probe(name), start, start + 0.1, { tolerance_met: true });
export const missed = (name: string, start: number): Part =>
  ran(probe(name), start, start + 0.1, { tolerance_met: false, output: false });

export const experiment = (parts: Part = {}): Part => ({
  version: '1.0.0',
  title: 'The engine survives',
  'steady-state-hypothesis': { title: 'The engine works', probes: [probe('engine-is-up')] },
  method: [action('terminate_pods')],
  rollbacks: [],
  ...parts,
});

/** A completed journal: the hypothesis held before and after, one pod was terminated. */
export const journal = (parts: Part = {}): Part => ({
  'chaoslib-version': '1.44.0',
  node: 'runner',
  platform: 'Linux',
  experiment: experiment(),
  start: at(0),
  end: at(9),
  duration: 9.1,
  status: 'completed',
  deviated: false,
  steady_states: {
    before: { steady_state_met: true, probes: [held('engine-is-up', 0)] },
    after: { steady_state_met: true, probes: [held('engine-is-up', 8)] },
  },
  run: [ran(action('terminate_pods'), 1, 2)],
  rollbacks: [],
  ...parts,
});

export const states = (before: Part | null, after: Part | null, during: readonly Part[] = []): Part => ({
  steady_states: { before, after, during },
});
export const state = (met: boolean, ...probes: readonly Part[]): Part => ({ steady_state_met: met, probes });
