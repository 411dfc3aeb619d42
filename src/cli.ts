import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { refusal } from './command_line.ts'
import { Failure, type Lang } from './kernel/failure.ts'

// Half of a short command's time is stripping types and compiling what was stripped and compiled yesterday; threads
// learn of the cache by the environment. Where it cannot be written, things are as slow as before.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../node_modules/.cache/fzpay')
enableCompileCache(process.env.NODE_COMPILE_CACHE)

/**
 * The `fzpay` command. Exit status: 0 the command did its work, 2 the input was refused (one line on standard error says
 * why and what to do), 1 a bug. Each command loads only what it needs.
 */
const COMMANDS: Readonly<Record<string, (args: readonly string[], lang: Lang) => Promise<void>>> = {
  reconcile: async (args, lang) => (await import('./commands/reconcile.ts')).reconcileCommand(args, lang),
  backtest: async (args, lang) => (await import('./commands/backtest.ts')).backtestCommand(args, lang),
  inspect: async (args, lang) => (await import('./commands/inspect.ts')).inspectCommand(args, lang),
  import: async (args, lang) => (await import('./commands/import.ts')).importCommand(args, lang),
  template: async (args, lang) => (await import('./commands/template.ts')).templateCommand(args, lang),
  start: async (args, lang) => (await import('./commands/start.ts')).startCommand(args, lang),
  serve: async (args, lang) => (await import('./commands/serve.ts')).serveCommand(args, lang),
  account: async (args, lang) => (await import('./commands/account.ts')).accountCommand(args, lang),
  vault: async (args, lang) => (await import('./commands/vault.ts')).vaultCommand(args, lang),
  audit: async (args, lang) => (await import('./commands/audit.ts')).auditCommand(args, lang),
  worker: async (args, lang) => (await import('./commands/worker.ts')).workerCommand(args, lang),
  backup: async (args, lang) => (await import('./commands/backup.ts')).backupCommand(args, lang),
  restore: async (args, lang) => (await import('./commands/restore.ts')).restoreCommand(args, lang),
  drill: async (args, lang) => (await import('./commands/drill.ts')).drillCommand(args, lang),
  distribute: async (args, lang) => (await import('./commands/distribute.ts')).distributeCommand(args, lang),
  bills: async (args, lang) => (await import('./commands/bills.ts')).billsCommand(args, lang),
  config: async (args, lang) => (await import('./commands/config.ts')).configCommand(args, lang),
  health: async (args, lang) => (await import('./commands/health.ts')).healthCommand(args, lang),
  sandbox: async (args, lang) => (await import('./commands/sandbox.ts')).sandboxCommand(args, lang),
  demo: async (args, lang) => (await import('./commands/demo.ts')).demoCommand(args, lang),
  help: async (_, lang) => void process.stdout.write((await import('./commands/help.ts')).helpText(lang)),
}

async function main(args: readonly string[]): Promise<number> {
  const lang = langOf(args)
  try {
    const [name = 'help', ...rest] = args
    if (name === '--version' || name === '-v' || name === 'version') {
      const { default: about } = await import('../package.json', { with: { type: 'json' } })
      process.stdout.write(`fzpay ${about.version}\n`)
      return 0
    }
    const asksHelp = name === '--help' || name === '-h' || rest.includes('--help') || rest.includes('-h')
    const command = COMMANDS[asksHelp ? 'help' : name]
    if (!command)
      throw refusal(
        'command_unknown',
        `不认识的命令 ${name}；fzpay help 列出全部命令`,
        `unknown command ${name}; see fzpay help`,
      )
    await command(rest, lang)
    return 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return 0 // Whoever read our output has seen enough.
    if (!(error instanceof Failure)) {
      process.stderr.write(`fzpay: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      return 1
    }
    process.stderr.write(`fzpay: ${error[lang].replaceAll(/[\r\n]+/g, ' ')}\n`)
    return 2
  }
}

/** Read before anything else, so that a refusal of the other words is told in the reader's language. */
function langOf(args: readonly string[]): Lang {
  const at = args.indexOf('--lang')
  return args[at >= 0 ? at + 1 : -1] === 'en' || args.includes('--lang=en') ? 'en' : 'zh'
}

process.exitCode = await main(process.argv.slice(2))
