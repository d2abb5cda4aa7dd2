import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/**
 * Has a port of loopback in a network namespace reached by the same port here, for services see by which they are asked;
 * `on` are the words by which a command runs there, and at `path` there is a socket between the two.
 */
export async function openWindow(
  on: readonly string[],
  path: string,
  port: number,
): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const program = fileURLToPath(new URL('./programs/window.ts', import.meta.url));
  const [file = '', ...words] = [...on, process.execPath, program, path, `${port}`];
  const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  stack.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await Promise.race([once(child.stdout, 'data'), ended.then(() => Promise.reject(new Error('no window')))]);
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(path);
    near.pipe(far).pipe(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => open.delete(socket));
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return stack.move();
}
