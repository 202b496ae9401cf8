# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_cxgear_global_optspecs
    string join \n db= project= format= color= q/quiet v/verbose h/help V/version
end

function __fish_cxgear_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_cxgear_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_cxgear_using_subcommand
    set -l cmd (__fish_cxgear_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c cxgear -n "__fish_cxgear_needs_command" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_needs_command" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_needs_command" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_needs_command" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_needs_command" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_needs_command" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_needs_command" -s V -l version -d 'Print version'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "import" -d 'Load a CSV into a table'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "table" -d 'Tables: list, show, choose metadata fields, drop'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "spinner" -d 'Spinners: new, check, publish, list, show'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "run" -d 'Create a job and execute it'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "resume" -d 'Go on with a job that was interrupted or queued'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "cancel" -d 'Stop a job for good; what is done stays done'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "retry" -d 'Make a job of the records that did not complete; each begins at the step that failed'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "status" -d 'What is going on, at a glance, and what to type next'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "jobs" -d 'Jobs, the latest first'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "job" -d 'One job: progress, results, what failed where, and what to type next'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "records" -d 'The records of a job'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "record" -d 'One record: its metadata, its outcomes, its status'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "journey" -d 'One record, step by step: messages, retries, interruptions, results'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "events" -d 'The event log, in order'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "export" -d 'Write a job\'s outcomes back to CSV'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "verify" -d 'Check the log against every rule of its contract'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "backup" -d 'Copy the database as it is at one moment, while others write to it'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "prune" -d 'Remove the events of jobs that ended long ago; their receipts stay'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "project" -d 'Projects: new, list, show, delete'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "vault" -d 'Secrets: set, list, rm, rename, rotate-key, export, import'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "integration" -d 'Services that steps ask: list, test'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "channel" -d 'Ways out to people: list, test'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "completions" -d 'Print the completions of a shell'
complete -c cxgear -n "__fish_cxgear_needs_command" -f -a "man" -d 'Print the manual page'
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l table -d 'The table\'s name [default: the file\'s name without its ending]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l unique -d 'Set aside rows that repeat the values of these columns' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l ragged -d 'What to do with rows that are too short or too long' -r -f -a "stop\t'Stop, name the line, write nothing'
pad\t'Fill short rows with empty cells; stop on long ones'
reject\t'Set them aside, into `--rejects`'"
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l rejects -d 'Where rows go that are set aside, with their line numbers' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l delimiter -d 'The delimiter: comma, semicolon, tab, pipe or a character [default: detected]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l quote -d 'The quote: double, single, none or a character' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l escape -d 'How a quote is written inside quotes: doubled or backslash' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l encoding -d 'The encoding: utf-8, utf-16le, utf-16be, windows-1252 or another label of the web' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l skip-lines -d 'Pass over so many lines before the header' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l comment -d 'Lines that begin with this character are no rows' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l append -d 'Add the rows to the table; the columns must be the same, in any order'
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l replace -d 'Start the table afresh'
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l no-headers -d 'The first row is data, not names'
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -l headers -d 'The first row is names, whatever it looks like'
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and not __fish_seen_subcommand_from metadata drop list show" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and not __fish_seen_subcommand_from metadata drop list show" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and not __fish_seen_subcommand_from metadata drop list show" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and not __fish_seen_subcommand_from metadata drop list show" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and not __fish_seen_subcommand_from metadata drop list show" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and not __fish_seen_subcommand_from metadata drop list show" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and not __fish_seen_subcommand_from metadata drop list show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and not __fish_seen_subcommand_from metadata drop list show" -f -a "metadata" -d 'Choose the columns that enter a run'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and not __fish_seen_subcommand_from metadata drop list show" -f -a "drop" -d 'Drop a table and its rows; finished jobs keep what they used'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and not __fish_seen_subcommand_from metadata drop list show" -f -a "list" -d 'The data tables'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and not __fish_seen_subcommand_from metadata drop list show" -f -a "show" -d 'The rows of a data table'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from metadata" -l set -d 'Exactly these columns' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from metadata" -l add -d 'These too' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from metadata" -l remove -d 'Not these' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from metadata" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from metadata" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from metadata" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from metadata" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from metadata" -l clear -d 'Back to never set: a run uses all columns'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from metadata" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from metadata" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from metadata" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from drop" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from drop" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from drop" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from drop" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from drop" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from drop" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from drop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from list" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from list" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from list" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from list" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from show" -l limit -d 'Show at most so many [default: a screenful in tables, all in data]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from show" -l offset -d 'Pass over so many' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from show" -l where -d 'Only rows where this SQL condition over the table\'s columns holds' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from show" -l columns -d 'Only these columns, in this order' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from show" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from show" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from show" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from show" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand table; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and not __fish_seen_subcommand_from new check publish list show" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and not __fish_seen_subcommand_from new check publish list show" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and not __fish_seen_subcommand_from new check publish list show" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and not __fish_seen_subcommand_from new check publish list show" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and not __fish_seen_subcommand_from new check publish list show" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and not __fish_seen_subcommand_from new check publish list show" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and not __fish_seen_subcommand_from new check publish list show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and not __fish_seen_subcommand_from new check publish list show" -f -a "new" -d 'Write a spinner file to start from'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and not __fish_seen_subcommand_from new check publish list show" -f -a "check" -d 'Find mistakes without running'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and not __fish_seen_subcommand_from new check publish list show" -f -a "publish" -d 'Freeze a version; an unchanged file makes none'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and not __fish_seen_subcommand_from new check publish list show" -f -a "list" -d 'Published spinners, each with its latest version'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and not __fish_seen_subcommand_from new check publish list show" -f -a "show" -d 'A published spinner: its facts and its text'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from new" -l output -d 'Where to [default: NAME.toml]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from new" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from new" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from new" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from new" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from new" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from new" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from check" -l table -d 'The table it will run over [default: the only one]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from check" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from check" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from check" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from check" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from publish" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from publish" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from publish" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from publish" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from publish" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from publish" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from publish" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from list" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from list" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from list" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from list" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from show" -l version -d 'This version [default: the latest]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from show" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from show" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from show" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from show" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand spinner; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l table -d 'The table [default: the only one, or the file\'s name]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l metadata -d 'Choose the table\'s metadata fields first' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l rows -d 'Only rows of these numbers, such as 1-100,205' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l where -d 'Only rows where this SQL condition holds' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l limit -d 'Only the first so many' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l failed-in -d 'Only rows that failed in this job' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l idempotency-key -d 'Return the job that was made with this key, instead of making a second' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l key-file -d 'The file of the vault\'s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l concurrency -d 'Records in flight that wait on the outside world' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l rate -d 'Starts of outside calls, such as 80/s' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l max-failures -d 'More failed records than this (a count, or 5%) end the job' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l unique -d 'Set aside rows that repeat the values of these columns' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l ragged -d 'What to do with rows that are too short or too long' -r -f -a "stop\t'Stop, name the line, write nothing'
pad\t'Fill short rows with empty cells; stop on long ones'
reject\t'Set them aside, into `--rejects`'"
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l rejects -d 'Where rows go that are set aside, with their line numbers' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l delimiter -d 'The delimiter: comma, semicolon, tab, pipe or a character [default: detected]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l quote -d 'The quote: double, single, none or a character' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l escape -d 'How a quote is written inside quotes: doubled or backslash' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l encoding -d 'The encoding: utf-8, utf-16le, utf-16be, windows-1252 or another label of the web' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l skip-lines -d 'Pass over so many lines before the header' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l comment -d 'Lines that begin with this character are no rows' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l new -d 'Only rows that this spinner has not run over yet'
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l dry-run -d 'Render and perform nothing: the first ten journeys, then counts'
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l detach -d 'Only queue the job; `resume` executes it'
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l append -d 'Add the rows to the table; the columns must be the same, in any order'
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l replace -d 'Start the table afresh'
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l no-headers -d 'The first row is data, not names'
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -l headers -d 'The first row is names, whatever it looks like'
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand resume" -l key-file -d 'The file of the vault\'s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand resume" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand resume" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand resume" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand resume" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand resume" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand resume" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand cancel" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand cancel" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand cancel" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand cancel" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand cancel" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand cancel" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand retry" -l reason -d 'Only records that ended for this reason, such as TIMEOUT' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand retry" -l step -d 'Only records that failed at this step' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand retry" -l assume -d 'Only records of which nobody can tell whether they were sent, and what to take them for' -r -f -a "sent\t'It was sent: go on with the step after it'
not-sent\t'It was not: send it now'"
complete -c cxgear -n "__fish_cxgear_using_subcommand retry" -l key-file -d 'The file of the vault\'s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand retry" -l concurrency -d 'Records in flight that wait on the outside world' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand retry" -l rate -d 'Starts of outside calls, such as 80/s' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand retry" -l max-failures -d 'More failed records than this (a count, or 5%) end the job' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand retry" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand retry" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand retry" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand retry" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand retry" -l failed -d 'Only records that failed, none that was canceled'
complete -c cxgear -n "__fish_cxgear_using_subcommand retry" -l detach -d 'Only queue the job; `resume` executes it'
complete -c cxgear -n "__fish_cxgear_using_subcommand retry" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand retry" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand retry" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand status" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand status" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand status" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand status" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand status" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand status" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand jobs" -l limit -d 'Show at most so many [default: a screenful in tables, all in data]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand jobs" -l status -d 'Only jobs of this status, or of this result: success, partial, failure' -r -f -a "created\t''
queued\t''
running\t''
waiting\t''
stalled\t''
canceling\t''
canceled\t''
completed\t''
failed\t''
success\t''
partial\t''
failure\t''"
complete -c cxgear -n "__fish_cxgear_using_subcommand jobs" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand jobs" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand jobs" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand jobs" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand jobs" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand jobs" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand jobs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand job" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand job" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand job" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand job" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand job" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand job" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand job" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand records" -l status -d 'Only records that stand so' -r -f -a "queued\t''
running\t''
waiting\t''
sleeping\t''
stalled\t''
canceling\t''
canceled\t''
completed\t''
failed\t''"
complete -c cxgear -n "__fish_cxgear_using_subcommand records" -l disposition -d 'Only records with this disposition' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand records" -l where -d 'Only rows where this SQL condition over the table\'s columns holds' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand records" -l limit -d 'Show at most so many [default: a screenful in tables, all in data]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand records" -l offset -d 'Pass over so many' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand records" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand records" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand records" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand records" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand records" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand records" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand records" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand record" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand record" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand record" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand record" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand record" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand record" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand record" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand journey" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand journey" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand journey" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand journey" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand journey" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand journey" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand journey" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand events" -l job -d 'Only this job\'s stream' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand events" -l record -d 'Only this record, such as 3/17' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand events" -l type -d 'Only events of this type; `record.*` is all of a record\'s' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand events" -l after -d 'Only events after this place in the log' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand events" -l limit -d 'At most so many [default: 100 in tables and json, all in ndjson, csv and --follow]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand events" -l as -d 'Tell it under the names of another system; what has none is left out' -r -f -a "task_run\t''
run\t''"
complete -c cxgear -n "__fish_cxgear_using_subcommand events" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand events" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand events" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand events" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand events" -l follow -d 'Go on with what comes, until the job or record has ended; without one, until stopped'
complete -c cxgear -n "__fish_cxgear_using_subcommand events" -l types -d 'List the types there are, and what they are called with `--as`'
complete -c cxgear -n "__fish_cxgear_using_subcommand events" -l reveal -d 'Show what clients supplied, such as params; it is left out otherwise'
complete -c cxgear -n "__fish_cxgear_using_subcommand events" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand events" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand events" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand export" -l columns -d 'Which columns go before the outcomes' -r -f -a "table\t'All columns of the table, as imported'
metadata\t'The metadata fields, as they entered the run'"
complete -c cxgear -n "__fish_cxgear_using_subcommand export" -l status -d 'Only records in this status, or `not_started`' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand export" -s o -l output -d 'Write to this file instead of standard output' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand export" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand export" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand export" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand export" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand export" -l raw -d 'Leave cells as they are that a spreadsheet would run as a formula'
complete -c cxgear -n "__fish_cxgear_using_subcommand export" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand export" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand verify" -l job -d 'Only this job\'s stream, without the seals' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand verify" -l expect -d 'A seal that was printed earlier and kept elsewhere' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand verify" -l key-file -d 'The file of the vault\'s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand verify" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand verify" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand verify" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand verify" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand verify" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand verify" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand backup" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand backup" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand backup" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand backup" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand backup" -l force -d 'Replace what is there, once the copy is whole'
complete -c cxgear -n "__fish_cxgear_using_subcommand backup" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand backup" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand backup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand prune" -l older-than -d 'Only jobs that ended longer ago than this, such as 30d or 12h' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand prune" -l job -d 'Only this job, whenever it ended' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand prune" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand prune" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand prune" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand prune" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand prune" -l dry-run -d 'Say what would go, and change nothing'
complete -c cxgear -n "__fish_cxgear_using_subcommand prune" -l vacuum -d 'Give the room back to the disk; needs as much room again while it works'
complete -c cxgear -n "__fish_cxgear_using_subcommand prune" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand prune" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and not __fish_seen_subcommand_from new delete list show" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and not __fish_seen_subcommand_from new delete list show" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and not __fish_seen_subcommand_from new delete list show" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and not __fish_seen_subcommand_from new delete list show" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and not __fish_seen_subcommand_from new delete list show" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and not __fish_seen_subcommand_from new delete list show" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and not __fish_seen_subcommand_from new delete list show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and not __fish_seen_subcommand_from new delete list show" -f -a "new" -d 'Make a project: one campaign or client'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and not __fish_seen_subcommand_from new delete list show" -f -a "delete" -d 'Delete a project that has nothing'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and not __fish_seen_subcommand_from new delete list show" -f -a "list" -d 'The projects, and how much belongs to each'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and not __fish_seen_subcommand_from new delete list show" -f -a "show" -d 'One project, and what belongs to it'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from new" -l type -d 'What kind of work it holds; spinners may ask for one' -r -f -a "outreach\t'Contacts are reached'
call_analyzer\t'Calls that were had are looked at'"
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from new" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from new" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from new" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from new" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from new" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from new" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from delete" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from delete" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from delete" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from delete" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from list" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from list" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from list" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from list" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from show" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from show" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from show" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from show" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand project; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and not __fish_seen_subcommand_from set rm rename rotate-key export import list" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and not __fish_seen_subcommand_from set rm rename rotate-key export import list" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and not __fish_seen_subcommand_from set rm rename rotate-key export import list" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and not __fish_seen_subcommand_from set rm rename rotate-key export import list" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and not __fish_seen_subcommand_from set rm rename rotate-key export import list" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and not __fish_seen_subcommand_from set rm rename rotate-key export import list" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and not __fish_seen_subcommand_from set rm rename rotate-key export import list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and not __fish_seen_subcommand_from set rm rename rotate-key export import list" -f -a "set" -d 'Keep a secret, or give it a new value'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and not __fish_seen_subcommand_from set rm rename rotate-key export import list" -f -a "rm" -d 'Delete a secret; needs no key'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and not __fish_seen_subcommand_from set rm rename rotate-key export import list" -f -a "rename" -d 'Give a secret another name'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and not __fish_seen_subcommand_from set rm rename rotate-key export import list" -f -a "rotate-key" -d 'Put the vault under another key; every value is sealed anew'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and not __fish_seen_subcommand_from set rm rename rotate-key export import list" -f -a "export" -d 'Write all secrets to a file, encrypted under a key of its own'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and not __fish_seen_subcommand_from set rm rename rotate-key export import list" -f -a "import" -d 'Keep all secrets of a file that `vault export` wrote'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and not __fish_seen_subcommand_from set rm rename rotate-key export import list" -f -a "list" -d 'The secrets by name; values are never shown'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from set" -l key-file -d 'The file of the vault\'s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from set" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from set" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from set" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from set" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rm" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rm" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rm" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rm" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rename" -l key-file -d 'The file of the vault\'s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rename" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rename" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rename" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rename" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rename" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rename" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rename" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rotate-key" -l key-file -d 'The file of the vault\'s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rotate-key" -l new-key-file -d 'The file of the new key, mode 0600 [env: CXGEAR_VAULT_NEW_KEY]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rotate-key" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rotate-key" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rotate-key" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rotate-key" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rotate-key" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rotate-key" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from rotate-key" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from export" -l key-file -d 'The file of the vault\'s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from export" -l export-key-file -d 'The file of the export\'s own key, mode 0600 [env: CXGEAR_VAULT_EXPORT_KEY]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from export" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from export" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from export" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from export" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from import" -l key-file -d 'The file of the vault\'s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from import" -l export-key-file -d 'The file of the export\'s own key, mode 0600 [env: CXGEAR_VAULT_EXPORT_KEY]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from import" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from import" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from import" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from import" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from import" -l replace -d 'Give secrets that are there the values of the file'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from import" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from list" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from list" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from list" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from list" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand vault; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and not __fish_seen_subcommand_from test list" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and not __fish_seen_subcommand_from test list" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and not __fish_seen_subcommand_from test list" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and not __fish_seen_subcommand_from test list" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and not __fish_seen_subcommand_from test list" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and not __fish_seen_subcommand_from test list" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and not __fish_seen_subcommand_from test list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and not __fish_seen_subcommand_from test list" -f -a "test" -d 'Find out whether an integration answers and lets us in'
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and not __fish_seen_subcommand_from test list" -f -a "list" -d 'The services that steps ask, and how they stand'
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and __fish_seen_subcommand_from test" -l key-file -d 'The file of the vault\'s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and __fish_seen_subcommand_from test" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and __fish_seen_subcommand_from test" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and __fish_seen_subcommand_from test" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and __fish_seen_subcommand_from test" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and __fish_seen_subcommand_from test" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and __fish_seen_subcommand_from list" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and __fish_seen_subcommand_from list" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and __fish_seen_subcommand_from list" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and __fish_seen_subcommand_from list" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand integration; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and not __fish_seen_subcommand_from test list" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and not __fish_seen_subcommand_from test list" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and not __fish_seen_subcommand_from test list" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and not __fish_seen_subcommand_from test list" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and not __fish_seen_subcommand_from test list" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and not __fish_seen_subcommand_from test list" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and not __fish_seen_subcommand_from test list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and not __fish_seen_subcommand_from test list" -f -a "test" -d 'Find out whether a channel would take messages'
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and not __fish_seen_subcommand_from test list" -f -a "list" -d 'The ways out to people, and how they stand'
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and __fish_seen_subcommand_from test" -l key-file -d 'The file of the vault\'s key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and __fish_seen_subcommand_from test" -l to -d 'Send a test message there too' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and __fish_seen_subcommand_from test" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and __fish_seen_subcommand_from test" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and __fish_seen_subcommand_from test" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and __fish_seen_subcommand_from test" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and __fish_seen_subcommand_from test" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and __fish_seen_subcommand_from list" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and __fish_seen_subcommand_from list" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and __fish_seen_subcommand_from list" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and __fish_seen_subcommand_from list" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand channel; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand completions" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand completions" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand completions" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand completions" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand completions" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand completions" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cxgear -n "__fish_cxgear_using_subcommand man" -l db -d 'The database file [env: CXGEAR_DB] [default: cxgear.db]' -r -F
complete -c cxgear -n "__fish_cxgear_using_subcommand man" -l project -d 'Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]' -r
complete -c cxgear -n "__fish_cxgear_using_subcommand man" -l format -d 'How results are printed [default: table]' -r -f -a "table\t'For people'
json\t'One array or object'
ndjson\t'One object a line'
csv\t'Comma-separated, with a header'"
complete -c cxgear -n "__fish_cxgear_using_subcommand man" -l color -d 'Whether colours are used' -r -f -a "auto\t'On a terminal that has them'
always\t'Always'
never\t'Never'"
complete -c cxgear -n "__fish_cxgear_using_subcommand man" -s q -l quiet -d 'Say nothing but warnings and errors'
complete -c cxgear -n "__fish_cxgear_using_subcommand man" -s v -l verbose -d 'Tell every cause of an error, and what models answer'
complete -c cxgear -n "__fish_cxgear_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
