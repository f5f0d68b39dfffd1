// `pnpm traces:check http://127.0.0.1:16686`: whether the traces of the last day that started workflows are whole.
import { findTraces } from './jaeger-query.ts'
import { startedWorkflows, treeProblems } from './tree-problems.ts'

const tracesMax = 200
const [queryUrl] = process.argv.slice(2)
if (queryUrl === undefined || !URL.canParse(queryUrl)) {
  process.stderr.write("Usage: pnpm traces:check <URL of Jaeger's query API>\n")
  process.exit(2)
}
const traces = (await findTraces(queryUrl, 'gateway', tracesMax)).filter(
  (trace) => startedWorkflows(trace).length > 0,
)
let broken = 0
for (const trace of traces) {
  const problems = treeProblems(trace)
  if (problems.length > 0) broken += 1
  const says = problems.length === 0 ? 'whole' : problems.map((problem) => `\n  ${problem}`).join('')
  process.stdout.write(`${trace.id} ${startedWorkflows(trace).join(', ')}: ${says}\n`)
}
process.stdout.write(`${traces.length} traces that started workflows, ${broken} of them not whole\n`)
process.exit(traces.length > 0 && broken === 0 ? 0 : 1)
