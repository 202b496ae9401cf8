
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'cxgear' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'cxgear'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'cxgear' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Load a CSV into a table')
            [CompletionResult]::new('table', 'table', [CompletionResultType]::ParameterValue, 'Tables: list, show, choose metadata fields, drop')
            [CompletionResult]::new('spinner', 'spinner', [CompletionResultType]::ParameterValue, 'Spinners: new, check, publish, list, show')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Create a job and execute it')
            [CompletionResult]::new('resume', 'resume', [CompletionResultType]::ParameterValue, 'Go on with a job that was interrupted or queued')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'Stop a job for good; what is done stays done')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Make a job of the records that did not complete; each begins at the step that failed')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'What is going on, at a glance, and what to type next')
            [CompletionResult]::new('jobs', 'jobs', [CompletionResultType]::ParameterValue, 'Jobs, the latest first')
            [CompletionResult]::new('job', 'job', [CompletionResultType]::ParameterValue, 'One job: progress, results, what failed where, and what to type next')
            [CompletionResult]::new('records', 'records', [CompletionResultType]::ParameterValue, 'The records of a job')
            [CompletionResult]::new('record', 'record', [CompletionResultType]::ParameterValue, 'One record: its metadata, its outcomes, its status')
            [CompletionResult]::new('journey', 'journey', [CompletionResultType]::ParameterValue, 'One record, step by step: messages, retries, interruptions, results')
            [CompletionResult]::new('events', 'events', [CompletionResultType]::ParameterValue, 'The event log, in order')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write a job''s outcomes back to CSV')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check the log against every rule of its contract')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Copy the database as it is at one moment, while others write to it')
            [CompletionResult]::new('prune', 'prune', [CompletionResultType]::ParameterValue, 'Remove the events of jobs that ended long ago; their receipts stay')
            [CompletionResult]::new('project', 'project', [CompletionResultType]::ParameterValue, 'Projects: new, list, show, delete')
            [CompletionResult]::new('vault', 'vault', [CompletionResultType]::ParameterValue, 'Secrets: set, list, rm, rename, rotate-key, export, import')
            [CompletionResult]::new('integration', 'integration', [CompletionResultType]::ParameterValue, 'Services that steps ask: list, test')
            [CompletionResult]::new('channel', 'channel', [CompletionResultType]::ParameterValue, 'Ways out to people: list, test')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completions of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            break
        }
        'cxgear;import' {
            [CompletionResult]::new('--table', '--table', [CompletionResultType]::ParameterName, 'The table''s name [default: the file''s name without its ending]')
            [CompletionResult]::new('--unique', '--unique', [CompletionResultType]::ParameterName, 'Set aside rows that repeat the values of these columns')
            [CompletionResult]::new('--ragged', '--ragged', [CompletionResultType]::ParameterName, 'What to do with rows that are too short or too long')
            [CompletionResult]::new('--rejects', '--rejects', [CompletionResultType]::ParameterName, 'Where rows go that are set aside, with their line numbers')
            [CompletionResult]::new('--delimiter', '--delimiter', [CompletionResultType]::ParameterName, 'The delimiter: comma, semicolon, tab, pipe or a character [default: detected]')
            [CompletionResult]::new('--quote', '--quote', [CompletionResultType]::ParameterName, 'The quote: double, single, none or a character')
            [CompletionResult]::new('--escape', '--escape', [CompletionResultType]::ParameterName, 'How a quote is written inside quotes: doubled or backslash')
            [CompletionResult]::new('--encoding', '--encoding', [CompletionResultType]::ParameterName, 'The encoding: utf-8, utf-16le, utf-16be, windows-1252 or another label of the web')
            [CompletionResult]::new('--skip-lines', '--skip-lines', [CompletionResultType]::ParameterName, 'Pass over so many lines before the header')
            [CompletionResult]::new('--comment', '--comment', [CompletionResultType]::ParameterName, 'Lines that begin with this character are no rows')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('--append', '--append', [CompletionResultType]::ParameterName, 'Add the rows to the table; the columns must be the same, in any order')
            [CompletionResult]::new('--replace', '--replace', [CompletionResultType]::ParameterName, 'Start the table afresh')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'The first row is data, not names')
            [CompletionResult]::new('--headers', '--headers', [CompletionResultType]::ParameterName, 'The first row is names, whatever it looks like')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;table' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('metadata', 'metadata', [CompletionResultType]::ParameterValue, 'Choose the columns that enter a run')
            [CompletionResult]::new('drop', 'drop', [CompletionResultType]::ParameterValue, 'Drop a table and its rows; finished jobs keep what they used')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'The data tables')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'The rows of a data table')
            break
        }
        'cxgear;table;metadata' {
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Exactly these columns')
            [CompletionResult]::new('--add', '--add', [CompletionResultType]::ParameterName, 'These too')
            [CompletionResult]::new('--remove', '--remove', [CompletionResultType]::ParameterName, 'Not these')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('--clear', '--clear', [CompletionResultType]::ParameterName, 'Back to never set: a run uses all columns')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;table;drop' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;table;list' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;table;show' {
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most so many [default: a screenful in tables, all in data]')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Pass over so many')
            [CompletionResult]::new('--where', '--where', [CompletionResultType]::ParameterName, 'Only rows where this SQL condition over the table''s columns holds')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Only these columns, in this order')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;spinner' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Write a spinner file to start from')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find mistakes without running')
            [CompletionResult]::new('publish', 'publish', [CompletionResultType]::ParameterValue, 'Freeze a version; an unchanged file makes none')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Published spinners, each with its latest version')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'A published spinner: its facts and its text')
            break
        }
        'cxgear;spinner;new' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Where to [default: NAME.toml]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;spinner;check' {
            [CompletionResult]::new('--table', '--table', [CompletionResultType]::ParameterName, 'The table it will run over [default: the only one]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;spinner;publish' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;spinner;list' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;spinner;show' {
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'This version [default: the latest]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;run' {
            [CompletionResult]::new('--table', '--table', [CompletionResultType]::ParameterName, 'The table [default: the only one, or the file''s name]')
            [CompletionResult]::new('--metadata', '--metadata', [CompletionResultType]::ParameterName, 'Choose the table''s metadata fields first')
            [CompletionResult]::new('--rows', '--rows', [CompletionResultType]::ParameterName, 'Only rows of these numbers, such as 1-100,205')
            [CompletionResult]::new('--where', '--where', [CompletionResultType]::ParameterName, 'Only rows where this SQL condition holds')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Only the first so many')
            [CompletionResult]::new('--failed-in', '--failed-in', [CompletionResultType]::ParameterName, 'Only rows that failed in this job')
            [CompletionResult]::new('--idempotency-key', '--idempotency-key', [CompletionResultType]::ParameterName, 'Return the job that was made with this key, instead of making a second')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'The file of the vault''s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'Records in flight that wait on the outside world')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'Starts of outside calls, such as 80/s')
            [CompletionResult]::new('--max-failures', '--max-failures', [CompletionResultType]::ParameterName, 'More failed records than this (a count, or 5%) end the job')
            [CompletionResult]::new('--unique', '--unique', [CompletionResultType]::ParameterName, 'Set aside rows that repeat the values of these columns')
            [CompletionResult]::new('--ragged', '--ragged', [CompletionResultType]::ParameterName, 'What to do with rows that are too short or too long')
            [CompletionResult]::new('--rejects', '--rejects', [CompletionResultType]::ParameterName, 'Where rows go that are set aside, with their line numbers')
            [CompletionResult]::new('--delimiter', '--delimiter', [CompletionResultType]::ParameterName, 'The delimiter: comma, semicolon, tab, pipe or a character [default: detected]')
            [CompletionResult]::new('--quote', '--quote', [CompletionResultType]::ParameterName, 'The quote: double, single, none or a character')
            [CompletionResult]::new('--escape', '--escape', [CompletionResultType]::ParameterName, 'How a quote is written inside quotes: doubled or backslash')
            [CompletionResult]::new('--encoding', '--encoding', [CompletionResultType]::ParameterName, 'The encoding: utf-8, utf-16le, utf-16be, windows-1252 or another label of the web')
            [CompletionResult]::new('--skip-lines', '--skip-lines', [CompletionResultType]::ParameterName, 'Pass over so many lines before the header')
            [CompletionResult]::new('--comment', '--comment', [CompletionResultType]::ParameterName, 'Lines that begin with this character are no rows')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('--new', '--new', [CompletionResultType]::ParameterName, 'Only rows that this spinner has not run over yet')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Render and perform nothing: the first ten journeys, then counts')
            [CompletionResult]::new('--detach', '--detach', [CompletionResultType]::ParameterName, 'Only queue the job; `resume` executes it')
            [CompletionResult]::new('--append', '--append', [CompletionResultType]::ParameterName, 'Add the rows to the table; the columns must be the same, in any order')
            [CompletionResult]::new('--replace', '--replace', [CompletionResultType]::ParameterName, 'Start the table afresh')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'The first row is data, not names')
            [CompletionResult]::new('--headers', '--headers', [CompletionResultType]::ParameterName, 'The first row is names, whatever it looks like')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;resume' {
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'The file of the vault''s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;cancel' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;retry' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Only records that ended for this reason, such as TIMEOUT')
            [CompletionResult]::new('--step', '--step', [CompletionResultType]::ParameterName, 'Only records that failed at this step')
            [CompletionResult]::new('--assume', '--assume', [CompletionResultType]::ParameterName, 'Only records of which nobody can tell whether they were sent, and what to take them for')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'The file of the vault''s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'Records in flight that wait on the outside world')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'Starts of outside calls, such as 80/s')
            [CompletionResult]::new('--max-failures', '--max-failures', [CompletionResultType]::ParameterName, 'More failed records than this (a count, or 5%) end the job')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('--failed', '--failed', [CompletionResultType]::ParameterName, 'Only records that failed, none that was canceled')
            [CompletionResult]::new('--detach', '--detach', [CompletionResultType]::ParameterName, 'Only queue the job; `resume` executes it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;status' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;jobs' {
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most so many [default: a screenful in tables, all in data]')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Only jobs of this status, or of this result: success, partial, failure')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;job' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;records' {
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Only records that stand so')
            [CompletionResult]::new('--disposition', '--disposition', [CompletionResultType]::ParameterName, 'Only records with this disposition')
            [CompletionResult]::new('--where', '--where', [CompletionResultType]::ParameterName, 'Only rows where this SQL condition over the table''s columns holds')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most so many [default: a screenful in tables, all in data]')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Pass over so many')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;record' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;journey' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;events' {
            [CompletionResult]::new('--job', '--job', [CompletionResultType]::ParameterName, 'Only this job''s stream')
            [CompletionResult]::new('--record', '--record', [CompletionResultType]::ParameterName, 'Only this record, such as 3/17')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Only events of this type; `record.*` is all of a record''s')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'Only events after this place in the log')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many [default: 100 in tables and json, all in ndjson, csv and --follow]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Tell it under the names of another system; what has none is left out')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on with what comes, until the job or record has ended; without one, until stopped')
            [CompletionResult]::new('--types', '--types', [CompletionResultType]::ParameterName, 'List the types there are, and what they are called with `--as`')
            [CompletionResult]::new('--reveal', '--reveal', [CompletionResultType]::ParameterName, 'Show what clients supplied, such as params; it is left out otherwise')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;export' {
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Which columns go before the outcomes')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Only records in this status, or `not_started`')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to this file instead of standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to this file instead of standard output')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'Leave cells as they are that a spreadsheet would run as a formula')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;verify' {
            [CompletionResult]::new('--job', '--job', [CompletionResultType]::ParameterName, 'Only this job''s stream, without the seals')
            [CompletionResult]::new('--expect', '--expect', [CompletionResultType]::ParameterName, 'A seal that was printed earlier and kept elsewhere')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'The file of the vault''s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;backup' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace what is there, once the copy is whole')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;prune' {
            [CompletionResult]::new('--older-than', '--older-than', [CompletionResultType]::ParameterName, 'Only jobs that ended longer ago than this, such as 30d or 12h')
            [CompletionResult]::new('--job', '--job', [CompletionResultType]::ParameterName, 'Only this job, whenever it ended')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would go, and change nothing')
            [CompletionResult]::new('--vacuum', '--vacuum', [CompletionResultType]::ParameterName, 'Give the room back to the disk; needs as much room again while it works')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;project' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Make a project: one campaign or client')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a project that has nothing')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'The projects, and how much belongs to each')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'One project, and what belongs to it')
            break
        }
        'cxgear;project;new' {
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'What kind of work it holds; spinners may ask for one')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;project;delete' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;project;list' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;project;show' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;vault' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Keep a secret, or give it a new value')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Delete a secret; needs no key')
            [CompletionResult]::new('rename', 'rename', [CompletionResultType]::ParameterValue, 'Give a secret another name')
            [CompletionResult]::new('rotate-key', 'rotate-key', [CompletionResultType]::ParameterValue, 'Put the vault under another key; every value is sealed anew')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write all secrets to a file, encrypted under a key of its own')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Keep all secrets of a file that `vault export` wrote')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'The secrets by name; values are never shown')
            break
        }
        'cxgear;vault;set' {
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'The file of the vault''s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;vault;rm' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;vault;rename' {
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'The file of the vault''s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;vault;rotate-key' {
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'The file of the vault''s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]')
            [CompletionResult]::new('--new-key-file', '--new-key-file', [CompletionResultType]::ParameterName, 'The file of the new key, mode 0600 [env: CXGEAR_VAULT_NEW_KEY]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;vault;export' {
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'The file of the vault''s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]')
            [CompletionResult]::new('--export-key-file', '--export-key-file', [CompletionResultType]::ParameterName, 'The file of the export''s own key, mode 0600 [env: CXGEAR_VAULT_EXPORT_KEY]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;vault;import' {
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'The file of the vault''s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]')
            [CompletionResult]::new('--export-key-file', '--export-key-file', [CompletionResultType]::ParameterName, 'The file of the export''s own key, mode 0600 [env: CXGEAR_VAULT_EXPORT_KEY]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('--replace', '--replace', [CompletionResultType]::ParameterName, 'Give secrets that are there the values of the file')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;vault;list' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;integration' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Find out whether an integration answers and lets us in')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'The services that steps ask, and how they stand')
            break
        }
        'cxgear;integration;test' {
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'The file of the vault''s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;integration;list' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;channel' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Find out whether a channel would take messages')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'The ways out to people, and how they stand')
            break
        }
        'cxgear;channel;test' {
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'The file of the vault''s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Send a test message there too')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;channel;list' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;completions' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cxgear;man' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [env: CXGEAR_DB] [default: cxgear.db]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are printed [default: table]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether colours are used')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every cause of an error, and what models answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
