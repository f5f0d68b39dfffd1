// The floor of P11: a Fastify server without our code, as a process of its own. It prints its port.
import { Client, Connection } from '@temporalio/client'
import Fastify from 'fastify'
import pg from 'pg'

const [databaseUrl = '', temporalAddress = '', environmentId = '', tenantId = ''] = process.argv.slice(2)
const poolSizeMax = 10

// The same row security as the product's, set once: a bare route has one caller only.
const options = `-c app.tenant_id=${tenantId} -c app.environment_id=${environmentId}`
const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSizeMax, options })
const client = new Client({ connection: await Connection.connect({ address: temporalAddress }) })
const app = Fastify({ logger: false })

app.get<{ Params: { id: string } }>('/subscriptions/:id', async ({ params }) => {
  const [subscription, lines, invoices] = await Promise.all([
    pool.query({
      name: 'subscription',
      text: 'select * from subscriptions where id = $1',
      values: [params.id],
    }),
    pool.query({
      name: 'lines',
      text: `select l.*, p.type, p.currency, p.billing_period, p.invoice_cadence, pl.name as plan_name
        from subscription_line_items l join prices p on p.id = l.price_id join plans pl on pl.id = p.plan_id
        where l.subscription_id = $1 order by l.id`,
      values: [params.id],
    }),
    pool.query({
      name: 'invoice',
      text: 'select * from invoices where subscription_id = $1 order by id desc limit 1',
      values: [params.id],
    }),
  ])
  return { ...subscription.rows[0], line_items: lines.rows, latest_invoice: invoices.rows[0] }
})

app.post<{ Params: { id: string } }>('/start/:id', async ({ params }) => {
  const handle = await client.workflow.signalWithStart('PriceSyncWorkflow', {
    workflowId: `bare:${environmentId}:${params.id}`,
    taskQueue: 'PriceSyncWorkflowTaskQueue',
    args: [{ planId: params.id }],
    signal: 'sync-requested',
  })
  return { workflow_id: handle.workflowId, run_id: handle.signaledRunId }
})

app.get<{ Params: { id: string } }>('/result/:id', async ({ params }) => {
  const handle = client.workflow.getHandle(params.id)
  const { workflowId, runId, status } = await handle.describe()
  return { workflow_id: workflowId, run_id: runId, status: status.name, result: await handle.result() }
})

await app.listen({ host: '127.0.0.1', port: 0 })
const address = app.server.address()
if (typeof address === 'object' && address !== null) process.stdout.write(`${address.port}\n`)
