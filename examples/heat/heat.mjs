// The same rod for a machine without a compiler: node heat.mjs ROD STEPS (see heat.c for the method).
import { readFileSync, writeFileSync } from 'node:fs';

const [rod, count] = process.argv.slice(2);
let u = readFileSync(rod, 'utf8').trim().split(/\s+/).map(Number);
const steps = Number(count);
for (let step = 0; step < steps; step += 1) {
  u = u.map((here, i) =>
    i === 0 || i === u.length - 1 ? here : here + 0.25 * (u[i - 1] - 2 * here + u[i + 1]),
  );
}
writeFileSync('rod.out', u.map((value) => `${value.toFixed(6)}\n`).join(''));
const mean = u.reduce((sum, value) => sum + value, 0) / u.length;
process.stdout.write(
  `${u.length} points after ${steps} steps: mean ${mean.toFixed(3)}, hottest ${Math.max(...u).toFixed(3)}\n`,
);
