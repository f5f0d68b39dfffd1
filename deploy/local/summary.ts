import type { DemoStack, Stack } from './stack-file.ts'

/** What a person needs to use a running stack: the URLs, the key, and commands that work when pasted. */
export function summary(stack: Stack, stackFile: string): string {
  const rows: ReadonlyArray<readonly [string, string | undefined]> = [
    ['Gateway', stack.gateway_url],
    ['API pages', stack.gateway_url && `${stack.gateway_url}/docs`],
    ['API key', stack.api_key],
    ['Metrics', stack.metrics_url],
    ['PostgreSQL', stack.database_url && withoutPassword(stack.database_url)],
    ['Redis', stack.redis_url && withoutPassword(stack.redis_url)],
    ['Temporal', stack.temporal_address],
    ['Temporal UI', stack.temporal_ui_url],
    ['Jaeger', stack.jaeger_url && jaegerAt(stack.jaeger_url, stack.jaeger_page_is_stub === true)],
    ['All of it', `${stackFile} (with the passwords and the logs' places)`],
  ]
  const table = rows.flatMap(([name, value]) => (value ? [`  ${name.padEnd(12)} ${value}`] : []))
  return ['', ...table, '', ...commandsToTry(stack)].join('\n')
}

function jaegerAt(url: string, isPageStub: boolean): string {
  const traces = `${url}/api/traces`
  return isPageStub ? `${url} (its page is a stub: ${traces}?service=gateway, ${traces}/<trace id>)` : url
}

function commandsToTry(stack: Stack): readonly string[] {
  const { gateway_url: url, api_key: key, demo } = stack
  if (!url || !key || !demo?.price_id) return []
  const { month } = demo
  const call = callWith(key)
  return [
    ...(month
      ? [
          "For the README's first walk:",
          '',
          `  export GATEWAY=${url} API_KEY=${month.api_key} SUBSCRIPTION_ID=${month.subscription_id}`,
          '',
        ]
      : []),
    'For the walks of docs/api.md:',
    '',
    `  export GATEWAY=${url} API_KEY=${key} PLAN_ID=${demo.plan_id} PRICE_ID=${demo.price_id}`,
    '',
    'Things to try, in this order:',
    '',
    '  # The demo plan, with how many of its subscriptions lack its newest prices',
    `  ${call} ${url}/v1/plans/${demo.plan_id}`,
    '',
    '  # A new amount for one of its prices, then bring it to the 1,000 subscriptions',
    `  ${call} -X PUT ${json} -d '{"amount":"${demo.next_amount}"}' ${url}/v1/prices/${demo.price_id} && \\`,
    `  ${call} -X POST ${url}/v1/plans/${demo.plan_id}/sync/subscriptions`,
    '',
    '  # What became of it',
    `  ${call} '${url}/v1/tasks/result?workflow_id=${demo.workflow_id}&wait=30s'`,
    '',
    '  # One more subscription, with its lines and its opening invoice: sent twice, it is made once',
    `  ${call} -X POST ${json} -H 'idempotency-key: try-it' -d '${JSON.stringify(oneMore(demo.plan_id))}' ${url}/v1/subscriptions`,
    '',
    ...(month ? monthToTry(url, month) : []),
  ]
}

const json = `-H 'content-type: application/json'`

function callWith(key: string): string {
  return `curl -sS -w '\\n' -H 'x-api-key: ${key}'`
}

/** With the key of another environment, which has a test clock. */
function monthToTry(url: string, month: NonNullable<DemoStack['month']>): readonly string[] {
  const call = callWith(month.api_key)
  const invoices = `${call} -X POST ${json} -d '{"subscription_id":"${month.subscription_id}"}' ${url}/v1/invoices/search`
  return [
    '  # A month passes in an environment with a test clock, and what falls due is billed',
    `  ${call} -X POST ${json} -d '{"now":"${month.next_clock}"}' ${url}/v1/environments/current/clock && \\`,
    `  ${call} '${url}/v1/tasks/result?workflow_id=${month.workflow_id}&wait=30s'`,
    '',
    '  # Its invoices, and how each amount of the newest came about',
    `  ${invoices}`,
    `  ${call} ${url}/v1/invoices/$(${invoices} | grep -o 'inv_[0-9A-Za-z]*' | head -1)/explain`,
    '',
  ]
}

function oneMore(plan_id: string) {
  return { external_customer_id: 'demo-1', plan_id, currency: 'usd', billing_period: 'MONTHLY' }
}

function withoutPassword(text: string): string {
  const url = new URL(text)
  if (url.password !== '') url.password = '***'
  return url.href
}
