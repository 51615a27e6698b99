"""Documents that are known: what a request may name instead of sending it, and all that it may send where that is set.

identifying   a document's identifier, and the form in which two documents are the same
known         those that the service's own clients ever sent (known.json), and the company's own from a folder
requests      what a request asks for: a document, or its identifier; and whether it is trusted
"""
