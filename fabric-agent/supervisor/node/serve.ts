import { once } from 'node:events';
import { mkdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { takeFileLock } from '../../file-lock.ts';
import { FrameReader } from '../frames.ts';
import { answer, Refused, send } from './requests.ts';
import { TaskTable } from './tasks.ts';

interface Serving {
  readonly dir: string;
  readonly lingerMs: number;
  readonly sampleMs: number;
  readonly ready: () => void;
}

const clientsMost = 16;
/** Of what waits for a client that reads slowly: past the first its requests wait, past the second it is left. */
const outboxPauseBytes = 1 << 20;
const outboxMostBytes = 16 << 20;
const idleLookMs = 100;
/** At least so long it waits for whoever started it. */
const firstClientMs = 10_000;

/** Serves a folder until there is nothing left to do, or SIGTERM. `taken`: another one serves it. */
export async function serve({ dir, lingerMs, sampleMs, ready }: Serving): Promise<'done' | 'taken'> {
  process.umask(0o077);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { uid, mode } = statSync(dir);
  if (uid !== process.geteuid?.() || (mode & 0o077) !== 0)
    throw new Error('its folder must belong to this user, and to nobody else (mode 0700)');
  process.chdir(dir); // so that the path of the socket is short
  // The same file as that of the supervisor in C, and in its way.
  const lock = takeFileLock('lock');
  if (lock === undefined) return 'taken';
  const clients = new Set<Socket>();
  const tasks = await TaskTable.open(realpathSync('.'), sampleMs, (ended) => {
    for (const client of clients) {
      if (client.writableLength > outboxMostBytes) client.destroy();
      else send(client, 'exited', 0, ended);
    }
  });
  let asked = false;
  const server = createServer((socket) => {
    asked = true;
    if (clients.size >= clientsMost) socket.destroy();
    else attend(socket, tasks, clients);
  });
  rmSync('supervisor.sock', { force: true });
  server.listen('supervisor.sock');
  await once(server, 'listening');
  ready();
  await idle(
    () => clients.size > 0 || tasks.running > 0,
    lingerMs,
    () => asked,
  );
  server.close();
  for (const client of clients) client.destroy();
  await tasks.close();
  lock.close();
  process.exit(0); // programs that run on would keep it
}

function attend(socket: Socket, tasks: TaskTable, clients: Set<Socket>): void {
  const reader = new FrameReader();
  clients.add(socket);
  socket.on('error', () => {}); // its close follows
  socket.on('close', () => clients.delete(socket));
  socket.on('drain', () => socket.resume());
  socket.on('data', (piece: Buffer) => {
    try {
      for (const fields of reader.push(piece)) {
        serveOne(socket, fields, tasks);
        if (socket.writableEnded) return;
      }
    } catch (error) {
      refuse(socket, '0', new Refused('malformed', (error as Error).message));
    }
    if (socket.writableLength > outboxPauseBytes) socket.pause();
  });
}

function serveOne(socket: Socket, fields: readonly Buffer[], tasks: TaskTable): void {
  try {
    answer(fields, tasks, socket);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    refuse(socket, String(fields[1]), error);
  }
}

function refuse(socket: Socket, id: string, { code, message }: Refused): void {
  send(socket, 'error', /^\d{1,18}$/.test(id) ? id : 0, [code, message]);
  if (code !== 'malformed') return;
  socket.removeAllListeners('data');
  socket.resume(); // what still comes is not looked at
  socket.end();
}

/** Resolves after so long without anything to do, or at once with SIGTERM. */
async function idle(busy: () => boolean, lingerMs: number, asked: () => boolean): Promise<void> {
  const over = Promise.withResolvers<void>();
  process.once('SIGTERM', over.resolve);
  process.once('SIGINT', over.resolve);
  let since = performance.now();
  const look = setInterval(() => {
    if (busy()) {
      since = performance.now();
      return;
    }
    const patienceMs = asked() ? lingerMs : Math.max(lingerMs, firstClientMs);
    if (performance.now() - since >= patienceMs) over.resolve();
  }, idleLookMs);
  await over.promise;
  clearInterval(look);
}
