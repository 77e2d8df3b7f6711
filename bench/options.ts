import { parseArgs } from 'node:util'

/** What `npm run bench` was asked for. */
export type Options = {
  readonly peers: boolean
  readonly rows: readonly string[]
  readonly things: readonly string[]
  readonly runs: number
  readonly scale: number
  /** Alertmanager's `group_interval`. */
  readonly groupInterval: string
  /** Where the tables go; null = only to the screen. */
  readonly markdown: string | null
  /** A former run's output to make tables of, in place of measuring. */
  readonly from: string | null
}

const usage = `npm run bench                     Tocsin alone, each row once
npm run bench -- ROW ...          only these rows
npm run bench -- million-computers steady-hundred-thousand     polling; only when named, see bench/poll.ts
npm run bench -- console          every screen's questions at 50,000 open tickets; only when named
npm run bench -- ingest           what a hub takes by web requests, syslog and mail; only when named
npm run bench -- --peers          side by side with Alertmanager and Node-RED, three runs each
  --rows A,B     only these rows          --runs N       runs of each
  --scale X      X times the conditions   --things A,B   only these programs
  --group-interval 1s   Alertmanager's
  --markdown F   the tables into a file   --from F       tables of a former run's output`

/** Throws with words that say what to do. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args)
  const { peers, things, markdown = null, from = null } = values
  return {
    peers,
    rows: [...positionals, ...listOf(values.rows)],
    things: things === undefined ? (peers ? ['tocsin', 'alertmanager', 'node-red'] : ['tocsin']) : listOf(things),
    runs: positive('--runs', values.runs ?? (peers ? '3' : '1')),
    scale: positive('--scale', values.scale),
    groupInterval: values['group-interval'],
    markdown,
    from,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        peers: { type: 'boolean', default: false },
        rows: { type: 'string' },
        things: { type: 'string' },
        runs: { type: 'string' },
        scale: { type: 'string', default: '1' },
        'group-interval': { type: 'string', default: '1s' },
        markdown: { type: 'string' },
        from: { type: 'string' },
      },
    })
  } catch (cause) {
    throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\n\n${usage}`, { cause })
  }
}

function listOf(text = ''): string[] {
  return text.split(',').filter((name) => name !== '')
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new Error(`${name} must be a number above 0, not “${text}”.\n\n${usage}`)
}
