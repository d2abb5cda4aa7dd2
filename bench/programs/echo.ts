import { once } from 'node:events';
import { createServer } from 'node:http';
import { Router } from 'express';
import { localAdmission } from '../../cli/house/admission.ts';
import { doorLimits } from '../../cli/house/limits.ts';
import type { Listen } from '../../platform/doors/door.ts';
import { createHttpDoor } from '../../platform/doors/http.ts';
import { createTextDoor, type Splitter } from '../../platform/doors/text.ts';
import { silentLog } from '../../platform/log.ts';
import { defaultConfig } from '../harness/house.ts';
import { applicationOf, brokerOf, tellText } from '../harness/messages.ts';
import { answerParent } from '../harness/program.ts';

/** Where the doors that do nothing listen: those of the house, and Node.js's own HTTP server without any of it. */
export interface EchoDoors {
  readonly text: Listen;
  /** `/told` is answered by a document, `/nothing` by 204; over WebSocket `/acknowledged`. */
  readonly http: Listen;
  readonly bareHttp: Listen;
}

/** What every question is answered by: as long as what a market answers. */
const answer = tellText(applicationOf(50_000), brokerOf(500));

answerParent<object, EchoDoors>(async () => {
  const config = defaultConfig();
  const shared = {
    listen: { host: '127.0.0.1', port: 0 },
    limits: doorLimits(config),
    admission: localAdmission(config, silentLog),
    log: silentLog,
  };
  const text = createTextDoor({
    ...shared,
    name: 'echo text',
    split: atEmptyLines,
    receive: async () => ({ text: [`${answer}\n`] }),
  });
  const routes = Router();
  routes.post('/told', (_request, response) => void response.type('text/sla').end(answer));
  routes.post('/nothing', (_request, response) => void response.status(204).end());
  const acknowledged = {
    path: '/acknowledged',
    open: () => ({ receive: async () => '{"frame":1,"ack":true}', closed() {} }),
  };
  const http = createHttpDoor({ ...shared, name: 'echo http', routes: [routes], sockets: [acknowledged] });
  await Promise.all([text.start(), http.start()]);
  return { text: text.listening, http: http.listening, bareHttp: await listenBare() };
});

/** Messages that end with an empty line, and nothing else known of them. */
function atEmptyLines(): Splitter<string> {
  let rest = '';
  return {
    push(chunk) {
      const messages = (rest + Buffer.from(chunk).toString('latin1')).split('\n\n');
      rest = messages.pop() ?? '';
      return messages;
    },
    end: () => [],
  };
}

async function listenBare(): Promise<Listen> {
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => response.setHeader('Content-Type', 'text/sla').end(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the bare server has no address');
  return { host: address.address, port: address.port };
}
