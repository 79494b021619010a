using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Mekiki.Architecture.Tests.Reading;

/// <summary>Hands on each type that a signature names, however deep: elements of arrays, targets of pointers, type arguments.</summary>
/// <param name="found">Called with each type.</param>
internal sealed class NamedTypes(Action<EntityHandle> found) : ISignatureTypeProvider<bool, object?>
{
    public bool GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Found(handle);

    public bool GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Found(handle);

    public bool GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind) => Found(handle);

    public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => true;

    public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => true;

    public bool GetSZArrayType(bool elementType) => true;

    public bool GetArrayType(bool elementType, ArrayShape shape) => true;

    public bool GetByReferenceType(bool elementType) => true;

    public bool GetPointerType(bool elementType) => true;

    public bool GetPinnedType(bool elementType) => true;

    public bool GetFunctionPointerType(MethodSignature<bool> signature) => true;

    public bool GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => true;

    public bool GetGenericMethodParameter(object? context, int index) => true;

    public bool GetGenericTypeParameter(object? context, int index) => true;

    private bool Found(EntityHandle handle)
    {
        found(handle);
        return true;
    }
}
