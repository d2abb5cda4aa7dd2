/** Which of the Asks that wait a Tell matches: the mirror of `matching`, where Tells stand and an Ask arrives. */
export { WaitingAsks } from './waiting-asks.ts';
