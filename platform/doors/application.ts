import type { IncomingMessage, RequestListener } from 'node:http';
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import type { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { failureOf, sendProblem } from './answers.ts';

/** The routes of the services as one listener, with an answer for what no route takes and for what a route throws. */
export function createApplication(routes: readonly Router[], log: Log): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  for (const router of routes) app.use(router);
  app.use((request: Request, response: Response) => sendProblem(response, notFound(request)));
  // Express knows the handler of errors by its four parameters.
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    sendProblem(response, failureOf(error, log));
  });
  return app;
}

export function notFound(request: Pick<IncomingMessage, 'method' | 'url'>): Failure {
  const path = request.url?.split('?', 1)[0] ?? '';
  return {
    code: 'not-found',
    status: 404,
    detail: `there is nothing at ${request.method} ${path.slice(0, 200)}`,
  };
}

/** What could not even be read as a request, by the code of Node.js's parser. */
export function unreadable(error: NodeJS.ErrnoException): Failure {
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    return { code: 'too-large', status: 431, detail: 'the headers of the request are too large' };
  }
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { code: 'too-slow', status: 408, detail: 'the request did not come in time' };
  }
  return { code: 'bad-request', status: 400, detail: 'what came is not a request of HTTP/1.1' };
}
