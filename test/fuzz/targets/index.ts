import type { Target } from '../target.ts';
import { clauses } from './clauses.ts';
import { expressions } from './expressions.ts';
import { forms } from './forms.ts';
import { framing } from './framing.ts';
import { hashes } from './hashes.ts';
import { matching } from './matching.ts';
import { paths } from './paths.ts';
import { reader } from './reader.ts';
import { regex } from './regex.ts';
import { sets } from './sets.ts';

export const targets: readonly Target[] = [
  reader,
  framing,
  forms,
  hashes,
  paths,
  sets,
  clauses,
  expressions,
  matching,
  regex,
];
