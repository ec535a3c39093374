"""A file becomes an ``Export``: sheet, header, columns, dates, kinds of things, cleaning.

    mapping    what a person says of a file, or what was found: columns, dates, states, teams
    sheet      the file as columns, whatever its kind (CSV, workbook, XES)
    columns    which column is which
    dates      texts become instants
    aside      rows that cannot be used, and why
    visits     updates become stays with teams
    export     the result
    read       all of it, in order

It knows tools, languages and forms as data, and fits nothing.
"""
