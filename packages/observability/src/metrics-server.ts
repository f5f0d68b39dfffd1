import { createPageServer, type Page, type PageServer, sendJson } from './page-server.ts'

export interface MetricsPageOptions {
  /** The body of `/metrics`, in Prometheus' text form. */
  readonly metrics: () => Promise<string>
  /** Told why it could not be read, by the name `metrics`. */
  readonly onFailure?: ((name: string, error: unknown) => void) | undefined
}

export interface MetricsServerOptions extends MetricsPageOptions {
  /** 0 takes any free one. */
  readonly port: number
  readonly host: string
}

/** `/metrics` on a port of its own, so that whoever may use a service need not see what the platform does. */
export function createMetricsServer({ port, host, ...page }: MetricsServerOptions): Promise<PageServer> {
  return createPageServer({ port, host, pages: { '/metrics': metricsPage(page) }, onFailure: page.onFailure })
}

export function metricsPage({ metrics, onFailure }: MetricsPageOptions): Page {
  return async (response) => {
    try {
      const text = await metrics()
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text)
    } catch (error) {
      onFailure?.('metrics', error)
      sendJson(response, 500, { code: 'internal_error', message: 'The metrics could not be read' })
    }
  }
}
