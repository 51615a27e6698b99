"""The configuration of the whole fleet as one frozen value, and what can be done with it.

fields, kinds, entities, values   what there is: each entity, each field with its rule and description
configuration, defaults           all of it as one value; defaults that follow from other entities
changing, rules                   operations in, the next configuration out, or everything that is wrong
document, schema                  the same as a document, and the JSON Schema of that
planning                          the plan of a service
impact                            what one configuration changes for pipelines beside another
"""
