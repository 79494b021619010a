using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Mekiki.Architecture.Tests.Reading;

/// <summary>Which types each type of an assembly uses, from its metadata and from the code of its methods. No code runs.</summary>
/// <remarks>
/// A type uses its base, its interfaces, the types of its fields, parameters, results, locals, caught exceptions and constraints, and all that the code of
/// its methods names: members with their whole signatures, types that are tested, cast or made, and type arguments of each. Attributes do not count.
/// Constants and <c>nameof</c> leave no trace in compiled code.
/// </remarks>
internal sealed class AssemblyReader
{
    private readonly MetadataReader metadata;
    private readonly PEReader file;
    private readonly string assembly;
    private readonly HashSet<TypeUse> uses = [];
    private readonly NamedTypes named;
    private CodeType user;

    private AssemblyReader(PEReader file)
    {
        this.file = file;
        metadata = file.GetMetadataReader();
        assembly = metadata.GetString(metadata.GetAssemblyDefinition().Name);
        named = new NamedTypes(Use);
    }

    /// <summary>Reads one assembly.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The types that stand in a namespace, and what they use of any assembly, without themselves.</returns>
    public static (CodeType[] Types, TypeUse[] Uses) Read(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var reader = new AssemblyReader(file);
        foreach (var handle in reader.metadata.TypeDefinitions)
            reader.ReadType(handle);
        CodeType[] types = [.. reader.metadata.TypeDefinitions.Select(reader.Outermost).Distinct().Where(t => t.Namespace.Length > 0)];
        return (types, [.. reader.uses.Where(u => u.User.Namespace.Length > 0 && u.Used.Namespace.Length > 0 && u.User != u.Used)]);
    }

    private void ReadType(TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        user = Outermost(handle);
        Use(type.BaseType);
        ReadConstraints(type.GetGenericParameters());
        foreach (var implemented in type.GetInterfaceImplementations())
            Use(metadata.GetInterfaceImplementation(implemented).Interface);
        foreach (var field in type.GetFields())
            Use(field);
        foreach (var method in type.GetMethods())
            ReadMethod(method);
    }

    private void ReadMethod(MethodDefinitionHandle handle)
    {
        var method = metadata.GetMethodDefinition(handle);
        Use(handle);
        ReadConstraints(method.GetGenericParameters());
        if (method.RelativeVirtualAddress == 0)
            return;
        var body = file.GetMethodBody(method.RelativeVirtualAddress);
        Use(body.LocalSignature);
        foreach (var region in body.ExceptionRegions)
            Use(region.CatchType);
        foreach (var operand in Instructions.Operands(body.GetILReader()))
            Use(operand);
    }

    private void ReadConstraints(GenericParameterHandleCollection parameters)
    {
        foreach (var parameter in parameters)
            foreach (var constraint in metadata.GetGenericParameter(parameter).GetConstraints())
                Use(metadata.GetGenericParameterConstraint(constraint).Type);
    }

    // What is named here, with every type in its signature.
    private void Use(EntityHandle handle)
    {
        if (handle.IsNil)
            return;
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                uses.Add(new TypeUse(user, Outermost((TypeDefinitionHandle)handle)));
                break;
            case HandleKind.TypeReference:
                uses.Add(new TypeUse(user, Outermost((TypeReferenceHandle)handle)));
                break;
            case HandleKind.TypeSpecification:
                metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(named, null);
                break;
            case HandleKind.FieldDefinition:
                var field = metadata.GetFieldDefinition((FieldDefinitionHandle)handle);
                Use(field.GetDeclaringType());
                field.DecodeSignature(named, null);
                break;
            case HandleKind.MethodDefinition:
                var method = metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                Use(method.GetDeclaringType());
                method.DecodeSignature(named, null);
                break;
            case HandleKind.MethodSpecification:
                var made = metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                Use(made.Method);
                made.DecodeSignature(named, null);
                break;
            case HandleKind.MemberReference:
                var member = metadata.GetMemberReference((MemberReferenceHandle)handle);
                Use(member.Parent);
                if (member.GetKind() == MemberReferenceKind.Field)
                    member.DecodeFieldSignature(named, null);
                else
                    member.DecodeMethodSignature(named, null);
                break;
            case HandleKind.StandaloneSignature:
                var signature = metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle);
                if (signature.GetKind() == StandaloneSignatureKind.LocalVariables)
                    signature.DecodeLocalSignature(named, null);
                else
                    signature.DecodeMethodSignature(named, null);
                break;
            default:
                throw new NotSupportedException($"{assembly}: expected a type or a member, got {handle.Kind}.");
        }
    }

    private CodeType Outermost(TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        return type.IsNested ? Outermost(type.GetDeclaringType()) : Named(assembly, type.Namespace, type.Name);
    }

    private CodeType Outermost(TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        return type.ResolutionScope.Kind switch
        {
            HandleKind.TypeReference => Outermost((TypeReferenceHandle)type.ResolutionScope),
            HandleKind.AssemblyReference => Named(metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name), type.Namespace, type.Name),
            _ => Named(assembly, type.Namespace, type.Name),
        };
    }

    private CodeType Named(string of, StringHandle space, StringHandle name) => new(of, metadata.GetString(space), metadata.GetString(name).Split('`')[0]);
}
