"""What one writes with Django REST framework: models over the same tables, nested serializers, `prefetch_related`.

As its documentation teaches: related rows are selected or prefetched in the view's queryset, so that a list costs a
statement for each relation. Served by gunicorn with eight threads and persistent connections.
"""
