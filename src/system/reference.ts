import type { FastifyInstance } from 'fastify'
import { PUBLIC } from './http.ts'
import { contentPolicy } from './security_headers.ts'

/** The page writes styles into its own elements; scripts come from files alone. */
const PAGE_NEEDS = {
  script: "'self'",
  style: "'self' 'unsafe-inline'",
  img: "'self' data:",
  font: "'self'",
  connect: "'self'",
}

/**
 * The reference page of the API (`/api/docs`) and its OpenAPI document (`/api/openapi.json`). All that the page needs is served
 * from here: it works where nothing else can be reached, under a strict content security policy.
 */
export async function referencePage(http: FastifyInstance): Promise<void> {
  http.get('/api/openapi.json', { config: { permission: PUBLIC }, schema: { hide: true } }, () => http.swagger())
  const { default: swaggerUi } = await import('@fastify/swagger-ui')
  await http.register(async docs => {
    docs.permissionOfAll = PUBLIC
    await docs.register(swaggerUi, {
      routePrefix: '/api/docs',
      staticCSP: contentPolicy(PAGE_NEEDS),
      uiConfig: {
        deepLinking: true,
        docExpansion: 'list',
        defaultModelsExpandDepth: 0,
        // Else the page would send the description to a service on the internet.
        validatorUrl: null,
      },
      // The bar of the page's maker: another name, and a field for documents of others.
      theme: {
        title: '抚州支付平台 API',
        css: [{ filename: 'own.css', content: '.swagger-ui .topbar { display: none }' }],
      },
    })
  })
}
