import { connect, createServer } from 'node:net';

/**
 * Hands on what comes by a socket in the file system, which every network namespace sees, to a port of loopback in its own:
 * SOCKET PORT. Says a line when it listens.
 */
const [path = '', port = ''] = process.argv.slice(2);

createServer((outside) => {
  const inside = connect({ host: '127.0.0.1', port: Number(port) });
  outside.pipe(inside).pipe(outside);
  outside.on('error', () => inside.destroy());
  inside.on('error', () => outside.destroy());
}).listen(path, () => process.stdout.write('open\n'));
