/** `npm start`: the database comes up and is brought up to date. */
import { Failure } from '../src/kernel/failure.ts'
import { openDatabase } from '../src/system/database.ts'
import { migrate } from '../src/system/migrate.ts'

try {
  const db = await openDatabase({ say: line => console.error(`${line.zh}\n${line.en}`) })
  const applied = await migrate(db.pool)
  const { rows } = await db.pool.query("select current_setting('server_version') as version")
  console.log(
    `PostgreSQL ${rows[0].version} 已就绪，执行了 ${applied.length} 个新的迁移 is ready, ${applied.length} new migrations applied`,
  )
  await db.close()
} catch (error) {
  if (!(error instanceof Failure)) throw error
  console.error(`${error.zh}\n${error.en}`)
  process.exitCode = 2
}
