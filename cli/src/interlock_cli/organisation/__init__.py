"""The organisation's file and what becomes of it.

reading, schema, typed    a YAML file in, one document out, with the lines of all that is in it
writing                   the document as a file again
changing, difference      a change: previewed, shown, confirmed, applied
aws, importing            AWS Organizations' accounts as operations of a change
"""
