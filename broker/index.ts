export { brokerDoors } from './doors.ts';
export { Broker } from './broker.ts';
export { brokerSettings } from './settings.ts';
