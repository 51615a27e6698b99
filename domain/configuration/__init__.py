"""The configuration of the whole fleet as one frozen value, and what can be done with it.

fields, kinds, entities, values   what there is: each entity, each field with its rule and description
configuration, defaults           all of it as one value; defaults that follow from other entities
changing, rules, particular       operations in, the next configuration out, or everything that is wrong
document, wanted, schema          the same as a document, what takes it to another one, and the JSON Schema of that
planning, placing                 the plan of a service, and where services go
impact, counting                  what one configuration changes for pipelines beside another
policies, warnings                what a policy is configured with; what is allowed, and nobody is likely to want
"""
