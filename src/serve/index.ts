/** Services over HTTP: retrieval, verification, and conversations with the trace that helps in them. */
export { ServiceClient, type ServiceClientOptions } from './client.js';
export { refuseOpenToAll, startServer, type RunningServer, type ServerOptions } from './server.js';
export { openRetrievers, type OpenRetrieversOptions } from './open-retrievers.js';
export type { ServedRetriever, ServedRetrievers } from './api/retrieve.js';
export { RETRIEVAL_HEADER, TRACE_HEADER } from './chat/proxy.js';
export type { TracePrompt } from './chat/with-trace.js';
export { isLoopbackAddress } from './http/access.js';
export { listen, type Listening } from './http/listen.js';
export { pagesFolder } from './pages-folder.js';
export type { ResumeCommand } from './runs/resume.js';
