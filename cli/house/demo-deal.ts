import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { billLines } from '../deals/words.ts';
import { brokerClients } from '../jobs/clients.ts';
import type { Demo } from './demo.ts';
import { showJob, tasks } from './demo-job.ts';
import { show } from './demo-show.ts';

/** What the administrator gives to the user, who here is the same. */
const granted = { amount: '1', currency: 'CREDIT' };

/** How long, in milliseconds, a deal may take to end, and between two looks at it. */
const patienceMs = 30_000;
const pauseMs = 100;

/** Makes a deal by hand, has a job run under it, and shows what is owed at its end. */
export async function showDeal(demo: Demo, node: string): Promise<void> {
  const { out, context, signal } = demo;
  const { accounts, deals } = brokerClients(context);
  const { amount, currency } = granted;
  out.print('\nWork has a price, and a deal comes before it. An administrator grants money of this broker:');
  out.print(out.paint('bold', `ogm account grant local ${amount} ${currency}`));
  await accounts.grant('local', currency, { amount, request: randomUUID() }, { signal });

  const wish = `Application: ${node}\nTasks: ${tasks}\nWalltime: 1 min\nBudget: ${amount} ${currency}`;
  const ask = document('Ask', `Id: ask-2\n${wish}`);
  const offer = await show(demo, 'An Ask to a broker: it offers, and holds what it offers', 'broker', ask);
  const accept = document('Accept', `Id: accept-1\nOffer: ${idIn(offer, 'Offer')}`);
  const title = 'The user accepts: what it comes to at most is set aside';
  const agreement = idIn(await show(demo, title, 'broker', accept), 'Agreement');

  await showJob(demo, node, agreement);

  const complete = document('Complete', `Id: complete-1\nAgreement: ${agreement}`);
  await show(demo, 'No more work comes', 'broker', complete);
  let bill = await deals.bill(agreement, { signal });
  for (let waited = 0; !bill.isFinal && waited < patienceMs; waited += pauseMs) {
    await sleep(pauseMs, undefined, { signal });
    bill = await deals.bill(agreement, { signal });
  }
  out.print(`\n${out.paint('bold', `ogm bill ${agreement}`)}`);
  for (const line of billLines(bill)) out.print(`  ${line}`);
}

function document(action: string, headers: string): string {
  return `SLA-version: 1.0\nAction: ${action}\n${headers}\n`;
}

/** The Id of what should have been answered. */
function idIn(answer: string, action: 'Offer' | 'Agreement'): string {
  const [, id] = new RegExp(`^Action: ${action}\\nId: (.*)$`, 'm').exec(answer) ?? [];
  if (id === undefined) throw new Error(`the broker answers by no ${action}:\n${answer}`);
  return id;
}
