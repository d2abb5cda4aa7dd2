/** `nc -N HOST PORT`, for machines that have none, or one without -N: the end of input ends the connection's. */
import { connect } from 'node:net';
import { stdin, stdout } from 'node:process';

const [, host, port] = process.argv.slice(2);
const socket = connect({ host: host!, port: Number(port), allowHalfOpen: true });
stdin.pipe(socket).pipe(stdout);
