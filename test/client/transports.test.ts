import { pageFrames } from '../../client/index.ts';
import { inProcess } from '../../platform/doors/in-process.ts';
import { silentLog } from '../../platform/log.ts';
import { isClient } from '../conformance/client.ts';

isClient('HTTP and WebSocket', ({ url }) => ({ address: { url, fetch }, open: pageFrames({ url }) }));

isClient('calls in the same process', ({ work }) => ({
  address: {
    url: 'http://127.0.0.1',
    fetch: inProcess({
      routes: work.routes(),
      sender: { address: '127.0.0.1', uid: process.getuid?.() },
      identify: (request, sender) => work.entrance.identify(request, sender),
      answerBytes: 64 * 1024 * 1024,
      log: silentLog,
    }),
  },
}));
