export { Broker } from './broker.ts';
export { brokerDoors } from './doors.ts';
export { Work } from './work.ts';
