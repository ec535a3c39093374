"""A file becomes an ``Export``: told by its content, its header found, its columns known, rows cleaned.

In the order in which a file goes through them:

    opening    what kind of file it is, and its tables as rows; beside it the kinds that need reading:
               text_rows (separators, quotes), json_rows, markup_rows (HTML, SpreadsheetML), xes
    header     where the header is, and which table holds the tickets
    names      what a name says, by stems in seven languages (``words/columns.toml``)
    look       what the values of a column look like, whatever its name
    assign     names and values weighed; the columns dealt to the roles, with evidence
    columns    those that the mapping names, and those that were found; what is missing, what is unread
    sheet      the rows gathered, each column as its distinct values
    dates      texts become instants
    durations  how long tickets took, where no column says when they were resolved
    aside      rows that cannot be used, and why; rows that name a ticket again
    leave_out  tickets that are none, left out or asked about
    states     what states mean: as the mapping says, or by their words
    rows       what can be used becomes tables: a row is a ticket, or an update of one
    visits     updates become stays with teams
    read       all of it, in order
    export     the result

    mapping    what a person says of a file, or what was found: written down, it reads the next alike
    guess      which tool a file comes from, shown before it is read

It knows tools, languages and forms as data (``words``, ``presets``), and fits nothing. The same for
people who use it: ``scenarios/MAPPING.md``.
"""
