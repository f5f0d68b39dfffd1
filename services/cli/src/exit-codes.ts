/** How the process ends, for scripts; `--help` lists them. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  notAllowed: 4,
  unavailable: 5,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export const exitCodesHelp = `
Exit codes:
  0    done
  1    refused or failed; also a workflow that failed, was cancelled or ran out of time
  2    wrong usage: options, arguments, configuration
  3    what was named does not exist
  4    the API key is missing, not valid or not allowed to do it
  5    the gateway or the database is away or overloaded: try again
  130  interrupted (Ctrl-C); a workflow runs on`
