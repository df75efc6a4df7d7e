import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Manyline</title>
</head>
<body>
<h1>Manyline</h1>
<p>A multi-tenant cloud PBX. This server is up.</p>
<ul>
<li><a href="/docs/">The REST API, to read and to try</a></li>
<li><a href="/openapi.json">Its OpenAPI document</a></li>
</ul>
</body>
</html>
`;

/** What a browser sees at the server's address. */
export const homePage: FastifyPluginAsyncZod = async (app) => {
  app.get('/', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(HTML),
  );
};
